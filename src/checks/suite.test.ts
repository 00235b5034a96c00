import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CheckContext, Judgement } from '../kinds/check.ts';
import { ask, checkContract } from '../kinds/testing/check-contract.ts';
import { suite } from './suite.ts';
import { readJunit } from './suite/junit.ts';
import { readLcov } from './suite/lcov.ts';
import { SECRET, testContext } from './testing/world.ts';

const passing = (count: number): string =>
  Array.from({ length: count }, (_, i) => `<testcase classname="api" name="works ${i}"/>`).join('');
const report = (cases: string, attributes = ''): string =>
  `<?xml version="1.0"?><testsuites ${attributes}><testsuite name="a">${cases}</testsuite></testsuites>`;
const failing =
  '<testcase classname="api" name="breaks"><failure message="expected 1 to be 2">at x</failure></testcase>';

/** A test runner that writes `files` and ends with `exitCode`. */
function runner(files: Readonly<Record<string, string>>, exitCode = 0, into = 'process.cwd()'): string[] {
  const code = `const fs = require('fs'), path = require('path');
    for (const [name, text] of Object.entries(JSON.parse(process.argv[1]))) { const file = path.join(${into}, name);
      fs.mkdirSync(path.dirname(file), { recursive: true }); fs.writeFileSync(file, text); }
    process.exit(${exitCode})`;
  return [process.execPath, '-e', code, JSON.stringify(files)];
}
const config = (run: string[], more: object = {}): object => ({ run, report: 'reports/*.xml', ...more });
const judged = (run: string[], more: object = {}, context: CheckContext = testContext()): Promise<Judgement> =>
  ask(suite, { config: config(run, more), context });

checkContract(suite, {
  testUrl: import.meta.url,
  good: () => ({ config: config(runner({ 'reports/a.xml': report(passing(3)) })), context: testContext() }),
  dead: () => ({ config: config(['no-such-runner']), context: testContext() }),
  slow: () => ({ config: config(['sleep', '30']), context: testContext() }),
});

describe('suite', () => {
  test.each([
    [
      'all pass',
      runner({ 'reports/a.xml': report(passing(3)), 'reports/b.xml': report(passing(2)).replaceAll('api', 'web') }),
      { 'at-least': 5 },
      'pass',
    ],
    ['a test failed', runner({ 'reports/a.xml': report(passing(3) + failing) }, 1), {}, 'fail'],
    ['a test failed and the runner says 0', runner({ 'reports/a.xml': report(passing(3) + failing) }), {}, 'fail'],
    [
      'a failure only in the totals',
      runner({ 'reports/a.xml': report(passing(3), 'tests="3" failures="1"') }),
      {},
      'fail',
    ],
    [
      'errors that a suite announces and no test shows',
      runner({
        'reports/a.xml': `<testsuites tests="2"><testsuite tests="2" errors="2">${passing(2)}</testsuite></testsuites>`,
      }),
      {},
      'fail',
    ],
    [
      'F055 all that is listed did not run',
      runner({
        'reports/a.xml': report('<testcase name="a" status="notrun"/><testcase name="b" result="suppressed"/>'),
      }),
      {},
      'fail',
    ],
    [
      'a result that says failed',
      runner({ 'reports/a.xml': report('<testcase name="a" result="failed"/>') }),
      {},
      'fail',
    ],
    ['a result nobody knows', runner({ 'reports/a.xml': report('<testcase name="a" result="odd"/>') }), {}, 'error'],
    [
      'a test that passed the second time',
      runner({ 'reports/a.xml': report('<testcase name="a"><flakyFailure/></testcase>') }),
      {},
      'warn',
    ],
    ['exit code 1 though all passed', runner({ 'reports/a.xml': report(passing(3)) }, 1), {}, 'fail'],
    ['exit code 1 and no report', runner({}, 1), {}, 'fail'],
    ['fewer than wanted', runner({ 'reports/a.xml': report(passing(3)) }), { 'at-least': 4 }, 'fail'],
    [
      'skipped ones do not count',
      runner({ 'reports/a.xml': report(`${passing(2)}<testcase name="s"><skipped/></testcase>`) }),
      { 'at-least': 3 },
      'fail',
    ],
    [
      'too many skipped',
      runner({ 'reports/a.xml': report(`${passing(2)}<testcase name="s"><skipped/></testcase>`) }),
      { 'at-most-skipped': 0 },
      'fail',
    ],
    [
      'the same tests in two reports',
      runner({ 'reports/a.xml': report(passing(2)), 'reports/all.xml': report(passing(2)) }),
      { 'at-least': 3 },
      'fail',
    ],
    [
      'passed in one report and failed in another',
      runner({
        'reports/a.xml': report('<testcase name="a"/>'),
        'reports/b.xml': report('<testcase name="a"><failure/></testcase>'),
      }),
      {},
      'fail',
    ],
    [
      'one report that several globs match',
      runner({ 'reports/a.xml': report(passing(2)) }),
      { report: ['reports/*.xml', 'reports/a*.xml'], 'at-least': 2 },
      'pass',
    ],
    ['F055 zero tests', runner({ 'reports/a.xml': report('') }), {}, 'fail'],
    ['F055 all skipped', runner({ 'reports/a.xml': report('<testcase name="s"><skipped/></testcase>') }), {}, 'fail'],
    ['F056 no report', runner({}), {}, 'error'],
    [
      'F056 one of two reports',
      runner({ 'reports/a.xml': report(passing(3)) }),
      { report: ['reports/a.xml', 'reports/b.xml'] },
      'error',
    ],
    ['F056 cut off', runner({ 'reports/a.xml': report(passing(3)).slice(0, -20) }), {}, 'error'],
    ['F056 empty', runner({ 'reports/a.xml': '' }), {}, 'error'],
    ['F056 no JUnit', runner({ 'reports/a.xml': '<html></html>' }), {}, 'error'],
    [
      'F056 lists fewer tests than it speaks of',
      runner({ 'reports/a.xml': report(passing(3), 'tests="10"') }),
      {},
      'error',
    ],
    [
      'F056 one good report and one cut off',
      runner({ 'reports/a.xml': report(passing(3)), 'reports/b.xml': '<testsuite>' }),
      {},
      'error',
    ],
    ['F125 a DTD', runner({ 'reports/a.xml': `<!DOCTYPE x [<!ENTITY a "b">]>${report('').slice(21)}` }), {}, 'error'],
    ['it did not end', ['sleep', '30'], { within: '200ms' }, 'error'],
  ])('%s', async (_, run, more, outcome) => {
    expect(await judged(run, more)).toMatchObject({ outcome });
  });

  test('names failed tests with their messages, without secrets, and no more than 20', async () => {
    const leaking = `<testcase name="leaks"><error>token ${SECRET}\n at y</error></testcase>`;
    const judgement = await judged(runner({ 'reports/a.xml': report(failing + leaking + failing.repeat(30)) }, 1));
    expect(judgement.reason).toBe(
      'The suite failed: exit code was 1, expected 0 within 10 min; tests failed was 32, expected 0.',
    );
    const named = judgement.findings.filter((finding) => finding.threshold === null);
    expect(named).toHaveLength(21);
    expect(named[0]).toMatchObject({ name: 'api › breaks', value: 'expected 1 to be 2' });
    expect(named[1]?.value).toBe('token *** at y');
    expect(named[20]?.value).toBe('12 other failed tests');
  });

  test('F052 a report of an earlier run is never taken for this one', async () => {
    const context = testContext();
    mkdirSync(path.join(context.directory, 'reports'));
    writeFileSync(path.join(context.directory, 'reports/a.xml'), report(passing(9)));
    expect(await judged(runner({}), {}, context)).toMatchObject({ outcome: 'error' });
  });

  test('what is listed again is said, and a report that several globs match is read once', async () => {
    const run = runner({ 'reports/a.xml': report(passing(2)), 'reports/b.xml': report(passing(3)) });
    const judgement = await judged(run, { report: ['reports/*.xml', '**/a.xml'], 'at-least': 4 });
    expect(judgement.reason).toBe('The suite failed: tests run was 3 (and 2 listed again), expected at least 4.');
  });

  test('F115 reports and output are kept without secrets', async () => {
    const context = testContext();
    const read = suite.schema.parse(
      config(runner({ 'reports/a.xml': report(`${passing(1)}<system-out>${SECRET}</system-out>`) })),
    );
    const gathered = await suite.gather(read, context, new AbortController().signal);
    const texts = gathered.status === 'measured' ? (gathered.artifacts ?? []).map((artifact) => artifact.text) : [];
    expect(texts).toHaveLength(2);
    expect(texts.join()).toContain('<system-out>***</system-out>');
  });

  test('a runner may write into the work directory and gets the variables of the services', async () => {
    const context = testContext({ variables: { BASE_URL: 'http://127.0.0.1:4001' } });
    const code = `require('fs').writeFileSync(process.env.GREENROOM_WORK_DIRECTORY + '/out.xml', '<testsuite><testcase name="' + process.env.BASE_URL + '"><failure/></testcase></testsuite>')`;
    const judgement = await ask(suite, { config: { run: [process.execPath, '-e', code], report: 'out.xml' }, context });
    expect(judgement.findings.at(-1)).toMatchObject({
      name: 'http://127.0.0.1:4001',
      value: 'failed without a message',
    });
  });

  test('coverage: enough, too little, missing, cut off', async () => {
    const good = { 'reports/a.xml': report(passing(1)) };
    const lcov = 'TN:\nSF:a.js\nDA:1,1\nDA:2,0\nLF:2\nLH:1\nend_of_record\nSF:b.js\nDA:1,3\nDA:2,1\nend_of_record\n';
    const coverage = (lines: string): object => ({ coverage: { file: 'coverage/lcov.info', lines } });
    const run = runner({ ...good, 'coverage/lcov.info': lcov });
    expect(await judged(run, coverage('75%'))).toMatchObject({ outcome: 'pass' });
    const low = await judged(run, coverage('100%'));
    expect(low).toMatchObject({ outcome: 'fail' });
    expect(low.reason).toContain('line coverage was 75 % (3 of 4), expected at least 100 %');
    expect(await judged(runner(good), coverage('1%'))).toMatchObject({ outcome: 'error' });
    expect(await judged(runner({ ...good, 'coverage/lcov.info': lcov.slice(0, 30) }), coverage('1%'))).toMatchObject({
      outcome: 'error',
    });
    expect(readLcov('')).toMatchObject({ status: 'malformed' });
  });
});

describe('F015 reports beyond their bounds', () => {
  /** A test runner that runs this text. */
  const runs = (code: string): string[] => [
    process.execPath,
    '-e',
    `const fs = require('fs'); fs.mkdirSync('reports', { recursive: true }); ${code}`,
  ];
  const write = (name: string, text: string): string => `fs.writeFileSync('reports/' + ${name}, ${text});`;
  const good = JSON.stringify(report(passing(1)));

  test('of 201 reports the last one is not read, and cannot be taken for good', async () => {
    const all = (count: number) =>
      judged(runs(`for (let i = 100; i < ${100 + count}; i += 1) ${write("i + '.xml'", good)}`));
    expect(await all(200)).toMatchObject({ outcome: 'pass' });
    const judgement = await all(201);
    expect(judgement).toMatchObject({ outcome: 'error' });
    expect(judgement.reason).toContain('201 files match it, and no more than 200 are read');
  });

  test('a report of more than 64 MiB', async () => {
    const judgement = await judged(
      runs(
        write("'a.xml'", `${good}.replace('</testsuite>', '<!--' + 'x'.repeat(65 * 1024 ** 2) + '--></testsuite>')`),
      ),
    );
    expect(judgement).toMatchObject({ outcome: 'error' });
    expect(judgement.reason).toContain('longer than 64 MiB');
  });

  test('of many reports only some are kept as evidence, and all are judged', async () => {
    const padded = `${good}.replace('</testsuite>', '<!--' + 'x'.repeat(500_000) + '--></testsuite>')`;
    const run = runs(`for (let i = 100; i < 130; i += 1) ${write("i + '.xml'", padded)}`);
    const gathered = await suite.gather(suite.schema.parse(config(run)), testContext(), new AbortController().signal);
    const kept = gathered.status === 'measured' ? (gathered.artifacts ?? []) : [];
    expect(kept.reduce((sum, artifact) => sum + artifact.text.length, 0)).toBeLessThan(9 * 1024 * 1024);
    expect(gathered.status === 'measured' && gathered.data.reports).toHaveLength(30);
  }, 30_000);

  test('attributes without end, and names without end', () => {
    const many = Array.from({ length: 1_001 }, (_, index) => `a${index}=""`).join(' ');
    expect(readJunit(report(`<testcase ${many}/>`))).toMatchObject({
      status: 'malformed',
      reason: 'an element has more than 1000 attributes',
    });
    const read = readJunit(report(`<testcase name="${'n'.repeat(1_000_000)}"><failure/></testcase>`));
    expect(read.status === 'read' && read.failing[0]?.name).toHaveLength(500);
  });

  test('coverage of ten million empty lines is no array of ten million lines', () => {
    const lcov = 'SF:a.js\nDA:1,1\nend_of_record\n';
    expect(readLcov(`${'\n'.repeat(10_000_000)}${lcov}`)).toEqual({ status: 'read', found: 1, hit: 1 });
  });
});

describe('reading JUnit', () => {
  test('F056 no prefix of a report is read as a whole one', () => {
    const whole = report(passing(4) + failing);
    fc.assert(
      fc.property(fc.nat({ max: whole.length - 1 }), (length) => {
        expect(readJunit(whole.slice(0, length)).status).toBe('malformed');
      }),
      { numRuns: 200 },
    );
    expect(readJunit(whole)).toMatchObject({ status: 'read', tests: 5, failed: 1, skipped: 0 });
  });

  test('F125 bombs are refused in no time', () => {
    const startedAt = performance.now();
    const entities = `<!DOCTYPE lolz [<!ENTITY a "${'x'.repeat(1000)}"><!ENTITY b "${'&a;'.repeat(1000)}">]><testsuite>&b;</testsuite>`;
    expect(readJunit(entities)).toMatchObject({ reason: 'it has a DTD, which is refused' });
    expect(readJunit('<testsuite>&unknown;</testsuite>')).toMatchObject({ status: 'malformed' });
    expect(readJunit('<testsuite>'.repeat(1_000_000))).toMatchObject({ reason: 'it is nested more than 50 deep' });
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  test('100,000 tests are read in seconds', () => {
    const startedAt = performance.now();
    expect(readJunit(report(passing(100_000)))).toMatchObject({ status: 'read', tests: 100_000 });
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
