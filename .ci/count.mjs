// Reads what the test runner wrote, names what failed or was skipped, and closes with one plain line. Exit 1 unless all passed.
import { readFileSync } from 'node:fs';
import path from 'node:path';

const count = { passed: 0, failed: 0, skipped: 0 };
try {
  const { testResults } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
  for (const { name, status, message, assertionResults } of testResults) {
    const file = path.relative(process.cwd(), name);
    for (const test of assertionResults) {
      if (test.status === 'passed') count.passed += 1;
      else if (test.status === 'failed') say('failed', `${file} > ${test.fullName}`);
      else say('skipped', `${file} > ${test.fullName}`);
    }
    // A file that could not be loaded has no tests to count.
    if (status === 'failed' && assertionResults.every((test) => test.status === 'passed'))
      say('failed', `${file}: ${message}`);
  }
} catch (error) {
  console.log(`no test results: ${error.message}`);
}
console.log(`${count.passed} passed, ${count.failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ''}`);
process.exitCode = count.passed > 0 && count.failed === 0 && count.skipped === 0 ? 0 : 1;

function say(what, where) {
  count[what] += 1;
  console.log(`${what}  ${where}`);
}
