// Reads what each run of the tests wrote, names what failed or was skipped, and closes with one plain line. Exit 1 unless all passed.
import { readFileSync } from 'node:fs';
import path from 'node:path';

const count = { passed: 0, failed: 0, skipped: 0 };
let isWhole = true;
for (const results of process.argv.slice(2)) {
  for (const { name, status, message, assertionResults } of resultsIn(results)) {
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
}
console.log(`${count.passed} passed, ${count.failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ''}`);
process.exitCode = isWhole && count.passed > 0 && count.failed === 0 && count.skipped === 0 ? 0 : 1;

function say(what, where) {
  count[what] += 1;
  console.log(`${what}  ${where}`);
}

function resultsIn(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).testResults;
  } catch (error) {
    isWhole = false;
    console.log(`no test results: ${error.message}`);
    return [];
  }
}
