import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJunit } from './junit.ts';
import { openRoll } from './roll.ts';

const one = (test: string, attributes = ''): ReturnType<typeof readJunit> =>
  readJunit(`<testsuites><testsuite name="s" ${attributes}>${test}</testsuite></testsuites>`);

describe('what a report announces and what it lists must agree, the worse counts', () => {
  it.each([
    ['errors of a suite', '<testsuites tests="2"><testsuite tests="2" errors="2">', 2],
    ['failures of an inner suite', '<testsuites><testsuite failures="1">', 1],
    ['errors of the root', '<testsuites errors="3"><testsuite>', 3],
    ['as some runners call them', '<testsuites><testsuite failed="1">', 1],
    ['the result of a suite', '<testsuites><testsuite result="Failed">', 1],
  ])('%s', (_, opening, failed) => {
    const text = `${opening}<testcase name="a"/><testcase name="b"/></testsuite></testsuites>`;
    expect(readJunit(text)).toMatchObject({ status: 'read', tests: 2, failed });
  });

  it('does not count the same failure once for each suite around it', () => {
    const inner =
      '<testsuite failures="1" tests="2"><testcase name="a"/><testcase name="b"><failure/></testcase></testsuite>';
    const text = `<testsuites failures="1" tests="2"><testsuite failures="1">${inner}</testsuite></testsuites>`;
    expect(readJunit(text)).toMatchObject({ tests: 2, failed: 1, skipped: 0 });
  });

  it('a failure of one suite does not hide behind that of another', () => {
    const bad = '<testsuite errors="0"><testcase name="a"><failure/></testcase></testsuite>';
    const text = `<testsuites errors="1">${bad}<testsuite errors="1"><testcase name="b"/></testsuite></testsuites>`;
    expect(readJunit(text)).toMatchObject({ tests: 2, failed: 2 });
  });

  it('a failure or an error beside the tests', () => {
    expect(one('<testcase name="a"/><error message="set-up broke"/>')).toMatchObject({ failed: 1 });
    expect(one('<testcase name="a"><output><failure/></output></testcase>')).toMatchObject({ failed: 1 });
  });

  it('skipped tests that are listed as if they had passed, and some that are not listed', () => {
    const three = '<testcase name="a"/><testcase name="b"/><testcase name="c"/>';
    for (const name of ['disabled', 'skipped', 'skip', 'ignored'])
      expect(one(three, `${name}="2"`)).toMatchObject({ tests: 3, skipped: 2 });
    expect(one(three, 'tests="5" skipped="2"')).toMatchObject({ tests: 5, skipped: 2 });
    expect(one(three, 'tests="3" skipped="1" disabled="1"')).toMatchObject({ tests: 3, skipped: 2 });
    expect(one(`${three}<skipped/>`)).toMatchObject({ tests: 3, skipped: 3 });
  });

  it('F056 tests of an inner suite that are nowhere, and numbers that are none', () => {
    expect(one('<testcase name="a"/>', 'tests="3"')).toEqual({
      status: 'malformed',
      reason: 'it speaks of 3 tests and lists 1',
    });
    expect(one('<testcase name="a"/>', 'failures="many"')).toMatchObject({ status: 'malformed' });
    expect(one('<testcase name="a"/>', 'errors="-1"')).toMatchObject({ status: 'malformed' });
  });
});

describe('what is said of a test', () => {
  it.each([
    ['status="notrun"', 'skipped'],
    ['status="disabled"', 'skipped'],
    ['status="notrun" result="suppressed"', 'skipped'],
    ['status="run" result="skipped"', 'skipped'],
    ['status="Not Run"', 'skipped'],
    ['executed="False"', 'skipped'],
    ['status="untested"', 'skipped'],
    ['result="failed"', 'failed'],
    ['result="error"', 'failed'],
    ['status="fail"', 'failed'],
    ['status="error"', 'failed'],
    ['status="passed" result="failed"', 'failed'],
    ['success="False"', 'failed'],
    ['failure="it broke"', 'failed'],
    ['status="timed-out"', 'failed'],
  ] as const)('%s is %s', (attributes, as) => {
    const expected = { tests: 1, skipped: 0, failed: 0, [as]: 1 };
    expect(one(`<testcase name="a" ${attributes}/>`)).toMatchObject(expected);
  });

  it.each([
    ['status="run"'],
    ['status="run" result="completed"'],
    ['status="passed"'],
    ['result="pass"'],
    ['executed="True" success="True" time="1" file="a.ts" line="3" assertions="0"'],
  ])('%s has passed', (attributes) => {
    expect(one(`<testcase name="a" ${attributes}/>`)).toMatchObject({ tests: 1, skipped: 0, failed: 0, flaky: 0 });
  });

  it.each([
    ['<testcase name="a" status="sparkling"/>'],
    ['<testcase name="a" status=""/>'],
    ['<testcase name="a" result="3"/>'],
    ['<testcase name="a"><evaporated/></testcase>'],
    ['<group><testcase name="a"/></group>'],
    ['<testcase name="a"><testcase name="b"/></testcase>'],
  ])('%s is not measured', (test) => {
    expect(one(test)).toMatchObject({ status: 'malformed' });
  });

  it('a test that passed when it ran again is flaky', () => {
    const test = '<testcase name="a"><flakyFailure message="once"><stackTrace>x</stackTrace></flakyFailure></testcase>';
    expect(one(test, 'flakes="1"')).toMatchObject({ tests: 1, failed: 0, flaky: 1 });
    expect(one('<testcase name="a"><failure/><rerunFailure/></testcase>')).toMatchObject({ failed: 1, flaky: 0 });
  });
});

/** As the runners write them, shortened. */
describe('dialects', () => {
  const dialects: Readonly<Record<string, readonly [string, object]>> = {
    GoogleTest: [
      `<testsuites tests="3" failures="0" disabled="1" errors="0" time="0" name="AllTests">
        <testsuite name="S" tests="3" failures="0" disabled="1" skipped="1" errors="0" time="0">
        <testcase name="A" file="a.cpp" line="6" status="run" result="completed" time="0" classname="S" />
        <testcase name="DISABLED_B" status="notrun" result="suppressed" time="0" classname="S" />
        <testcase name="C" status="run" result="skipped" classname="S"><skipped message="no"><![CDATA[x]]></skipped></testcase>
        </testsuite></testsuites>`,
      { tests: 3, skipped: 2, failed: 0 },
    ],
    CTest: [
      `<testsuite name="Linux" tests="4" failures="1" disabled="1" skipped="1" hostname="" time="0" timestamp="">
        <testcase name="a" classname="a" time="0.1" status="run"><properties/><system-out>fine</system-out></testcase>
        <testcase name="b" classname="b" time="0.1" status="fail"><failure message="Failed"/></testcase>
        <testcase name="c" classname="c" time="0" status="notrun"><skipped message="Unable to find executable"/></testcase>
        <testcase name="d" classname="d" time="0" status="disabled"><skipped message="Disabled"/></testcase></testsuite>`,
      { tests: 4, skipped: 2, failed: 1 },
    ],
    'Catch2, which counts assertions': [
      `<testsuites><testsuite name="t" errors="0" failures="0" skipped="0" tests="120" hostname="tbd" time="0">
        <properties><property name="random-seed" value="1"/></properties>
        <testcase classname="t.global" name="a" time="0" status="run"/></testsuite></testsuites>`,
      { tests: 1, skipped: 0, failed: 0 },
    ],
    'pytest, whose clean-up broke': [
      `<testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="0" skipped="0" tests="2" time="0">
        <testcase classname="t" name="a" time="0"><error message="failed on teardown">x</error></testcase></testsuite></testsuites>`,
      { tests: 1, failed: 1 },
    ],
    'Node, nested': [
      `<testsuites><testcase name="a" classname="test"/>
        <testsuite name="outer" disabled="0" errors="0" tests="2" failures="1" skipped="2">
        <testsuite name="inner" disabled="0" errors="0" tests="3" failures="1" skipped="1"><testcase name="b"/>
        <testcase name="c"><skipped type="skipped" message="true"/></testcase>
        <testcase name="d" failure="x"><failure type="testCodeFailure" message="x">[Error]</failure></testcase></testsuite>
        <testcase name="e"><skipped type="todo" message="true"/></testcase></testsuite><!-- tests 5 --></testsuites>`,
      { tests: 5, skipped: 2, failed: 1 },
    ],
    "Mocha's xunit": [
      `<testsuite name="Mocha Tests" tests="2" failures="0" errors="1" skipped="0" timestamp="" time="0">
        <testcase classname="a" name="b" time="0"/>
        <testcase classname="a" name="c" time="0"><failure>x</failure></testcase></testsuite>`,
      { tests: 2, skipped: 0, failed: 1 },
    ],
    'Jest, whose suite did not run': [
      `<testsuites name="jest tests" tests="1" failures="0" errors="1" time="1">
        <testsuite name="a" errors="0" failures="0" skipped="0" tests="1"><testcase classname="a" name="a" time="0"/></testsuite>
        <testsuite name="b" errors="1" failures="0" skipped="0" tests="0"></testsuite></testsuites>`,
      { tests: 1, failed: 1 },
    ],
    Surefire: [
      `<testsuite xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" version="3.0" name="T" time="0.1" tests="2" errors="0" skipped="1" failures="0">
        <properties><property name="java.version" value="21"/></properties>
        <testcase name="a" classname="T" time="0"/>
        <testcase name="b" classname="T" time="0"><skipped message="later"/></testcase></testsuite>`,
      { tests: 2, skipped: 1, failed: 0 },
    ],
    behave: [
      `<testsuite name="f" tests="2" errors="0" failures="0" skipped="1" time="0">
        <testcase classname="f" name="a" status="passed" time="0"><system-out>x</system-out></testcase>
        <testcase classname="f" name="b" status="undefined" time="0"></testcase></testsuite>`,
      { tests: 2, failed: 1 },
    ],
  };
  it.each(Object.entries(dialects))('%s', (_, [text, expected]) => {
    expect(readJunit(text)).toMatchObject({ status: 'read', ...expected });
  });
});

interface Written {
  readonly text: string;
  /** Tests that nothing denies. */
  readonly passed: number;
  readonly tests: number;
}

/** A tree of suites in which each place may deny that tests passed; suites announce truly, or more. */
const sayings: readonly (readonly [attributes: string, inside: string, passed: boolean])[] = [
  ['', '', true],
  ['status="run" result="completed"', '', true],
  ['status="passed"', '<system-out>ok</system-out>', true],
  ['status="notrun"', '', false],
  ['result="suppressed"', '<system-out/>', false],
  ['status="passed"', '<skipped/>', false],
  ['status="passed"', '<failure message="no"/>', false],
  ['', '<error/>', false],
  ['result="error"', '', false],
  ['status="disabled"', '<properties/>', false],
  ['success="false"', '', false],
];
const leaf: fc.Arbitrary<Written> = fc.constantFrom(...sayings).map(([attributes, inside, passed]) => ({
  text: `<testcase name="t" ${attributes}>${inside}</testcase>`,
  passed: passed ? 1 : 0,
  tests: 1,
}));
const nested = fc.letrec<{ suite: Written; part: Written }>((tie) => ({
  part: fc.oneof({ maxDepth: 4, withCrossShrink: true }, leaf, tie('suite')),
  suite: fc
    .record({
      parts: fc.array(tie('part'), { maxLength: 5 }),
      denial: fc.constantFrom('none', 'disabled', 'skipped', 'whole'),
      denied: fc.nat({ max: 4 }),
    })
    .map(({ parts, denial, denied }) => {
      const tests = parts.reduce((sum, part) => sum + part.tests, 0);
      const passed = parts.reduce((sum, part) => sum + part.passed, 0);
      const inside = parts.map((part) => part.text).join('');
      if (denial === 'none') return { text: `<testsuite>${inside}</testsuite>`, passed, tests };
      if (denial === 'whole') return { text: `<testsuite>${inside}<skipped/></testsuite>`, passed: 0, tests };
      // Of those it lists, so many did not run; some of them may be the ones that say so themselves.
      const text = `<testsuite ${denial}="${denied}">${inside}</testsuite>`;
      return { text, passed: Math.min(passed, Math.max(0, tests - denied)), tests };
    }),
})).suite;

it('F055 what does not say in every place that it passed is never counted passed', () => {
  fc.assert(
    fc.property(fc.array(nested, { maxLength: 4 }), (suites) => {
      const read = readJunit(`<testsuites>${suites.map((suite) => suite.text).join('')}</testsuites>`);
      if (read.status !== 'read') throw new Error(read.reason);
      const sum = (of: (suite: Written) => number): number => suites.reduce((total, suite) => total + of(suite), 0);
      expect(read.tests).toBe(sum((suite) => suite.tests));
      expect(read.tests - read.skipped - read.failed).toBeLessThanOrEqual(sum((suite) => suite.passed));
    }),
    { numRuns: 500 },
  );
});

it('F055 whatever a report announces as bad is bad', () => {
  const announced = fc.constantFrom('failures', 'errors', 'failed');
  fc.assert(
    fc.property(nested, nested, announced, fc.integer({ min: 1, max: 9 }), (before, within, name, count) => {
      const text = `<testsuites>${before.text}<testsuite ${name}="${count}">${within.text}</testsuite></testsuites>`;
      const read = readJunit(text);
      expect(read.status === 'read' && read.failed).toBeGreaterThanOrEqual(count);
    }),
    { numRuns: 200 },
  );
});

it('F055 a word that nobody knows never passes', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z]{1,12}$/), fc.constantFrom('status', 'result', 'outcome'), (word, name) => {
      const read = one(`<testcase name="a" ${name}="q${word}q"/>`);
      expect(read).toMatchObject({ status: 'malformed', reason: expect.stringContaining(`${name}="q${word}q"`) });
    }),
  );
});

describe('a test that is listed again has run once', () => {
  const suite = (cases: string, attributes = 'name="s"') => `<testsuite ${attributes}>${cases}</testsuite>`;
  const test = '<testcase classname="c" name="t"/>';

  it.each([
    ['twice in its suite', suite(test + test), 1],
    ['in its suite and again in the frame of all', `<testsuites>${suite(test)}${suite(test)}</testsuites>`, 1],
    ['of the same name in another class', suite(`${test}<testcase classname="d" name="t"/>`), 0],
    ['of the same name in another file', suite(`${test}<testcase classname="c" name="t" file="f"/>`), 0],
    ['of the same name in another suite', `<testsuites>${suite(test)}${suite(test, 'name="o"')}</testsuites>`, 0],
    ['in another browser', `<testsuites>${suite(test)}${suite(test, 'name="s" hostname="x"')}</testsuites>`, 0],
    ['skipped once', suite(`${test}<testcase classname="c" name="t"><skipped/></testcase>`), 0],
    ['in inner suites of one name', suite(suite(suite(test)) + suite(suite(test), 'name="o"')), 0],
  ])('%s', (_, text, repeated) => {
    expect(readJunit(text)).toMatchObject({ status: 'read', tests: 2, failed: 0, repeated });
  });

  it('in a report that was read before; where it failed it failed', () => {
    const roll = openRoll();
    expect(readJunit(suite(test), roll)).toMatchObject({ repeated: 0 });
    const again = `<testsuites name="all">${suite('<testcase classname="c" name="t"><failure/></testcase>')}</testsuites>`;
    expect(readJunit(again, roll)).toMatchObject({ tests: 1, repeated: 1, failed: 1 });
  });
});
