// Runs one folder of tests: node scripts/suite.mjs <unit|smoke|integration|performance> [--coverage]
// Writes REPORT_DIR/<suite>.xml (JUnit) and, with --coverage, REPORT_DIR/coverage/lcov.info. Exit code of the tests.
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const [suite, ...flags] = process.argv.slice(2);
const root = fileURLToPath(new URL('..', import.meta.url));
const reports = resolve(root, process.env.REPORT_DIR ?? 'reports');
const report = join(reports, `${suite}.xml`);
const coverage = join(reports, 'coverage', 'lcov.info');
const names = readdirSync(join(root, 'test', suite)).filter((file) => file.endsWith('.test.mjs'));
const files = names.sort().map((file) => join('test', suite, file));

// An old report must never pass for the one of this run.
rmSync(report, { force: true });
if (flags.includes('--coverage')) rmSync(coverage, { force: true });
mkdirSync(join(reports, 'coverage'), { recursive: true });

if (files.length === 0) {
  console.log(`There are no tests in test/${suite}.`);
  writeFileSync(report, '<?xml version="1.0" encoding="utf-8"?>\n<testsuites></testsuites>\n');
  process.exit(1);
}

const reporters = [...reporter('spec', 'stdout'), ...reporter('junit', report)];
const measured = flags.includes('--coverage') ? ['--experimental-test-coverage', ...reporter('lcov', coverage)] : [];
const { NODE_TEST_CONTEXT: _, ...env } = process.env; // the tests report to us, not to a test runner further up
spawn(process.execPath, ['--test', ...reporters, ...measured, ...files], { cwd: root, env, stdio: 'inherit' }).on(
  'exit',
  (code) => {
    process.exitCode = code ?? 1;
  },
);

function reporter(name, destination) {
  return [`--test-reporter=${name}`, `--test-reporter-destination=${destination}`];
}
