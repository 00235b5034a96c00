import { nameSays, worse, type Saying } from './junit-words.ts';

/** Tests of a suite with all that stands in it. What is neither skipped nor failed has passed; flaky ones have passed too. */
export interface Counts {
  tests: number;
  skipped: number;
  failed: number;
  flaky: number;
  /** That ran, and were listed as such before. */
  repeated: number;
}

/** A suite that is open. */
export interface OpenSuite {
  /** Its number on the roll. */
  readonly number: number;
  /** What its attributes speak of. */
  readonly announced: Announced;
  /** What was found in it so far. */
  readonly found: Counts;
  /** What is said of it as a whole. */
  saying: Saying;
  /** Catch2 and doctest write `status="run"`, and count assertions where others count tests. */
  countsAssertions: boolean;
}

interface Announced {
  readonly tests: number;
  /** Some runners count a test twice whose clean-up failed. */
  readonly errors: number;
  readonly failed: number;
  readonly skipped: number;
  readonly flaky: number;
}

/** Answers a reason where a number is none. */
export function announcedBy(attributes: Readonly<Record<string, string>>): Announced | string {
  const announced = { tests: 0, errors: 0, failed: 0, skipped: 0, flaky: 0 };
  for (const [name, value] of Object.entries(attributes)) {
    const meaning = name === 'tests' ? 'tests' : nameSays(name);
    if (meaning === null || meaning === 'nothing' || meaning === 'passed') continue;
    const text = value.trim();
    if (text !== '' && text !== 'false' && !/^\d{1,9}(\.0+)?$/.test(text))
      return `it says ${name}="${value.slice(0, 40)}" where a number belongs`;
    const count = text === '' || text === 'false' ? 0 : Number(text);
    announced[meaning] += count;
    if (/^errors?$/i.test(name)) announced.errors += count;
  }
  return announced;
}

/**
 * What a suite comes to when it closes: of what it speaks of and what stands in it, the worse counts. Answers a reason
 * where tests it speaks of are nowhere.
 */
export function closeSuite(suite: OpenSuite, isRoot: boolean): Counts | string {
  const { announced, found } = suite;
  const speaksOfTests = isRoot || !suite.countsAssertions;
  const unlistedSkipped = Math.max(0, announced.skipped - found.skipped);
  const unlisted = speaksOfTests ? Math.max(0, announced.tests - found.tests) : 0;
  // Skipped tests that are not listed are added; skipped tests that are listed as if they had passed are not.
  const tests = found.tests + Math.min(unlistedSkipped, unlisted);
  if (speaksOfTests && announced.tests - announced.errors > tests)
    return `it speaks of ${announced.tests} tests and lists ${found.tests}`;
  const failed = Math.max(found.failed, announced.failed, suite.saying === 'failed' ? 1 : 0);
  const skipped = suite.saying === 'skipped' ? tests - Math.min(tests, found.failed) : found.skipped + unlistedSkipped;
  return { tests, skipped, failed, flaky: Math.max(found.flaky, announced.flaky), repeated: found.repeated };
}

export function addCounts(to: Counts, more: Counts): void {
  to.tests += more.tests;
  to.skipped += more.skipped;
  to.failed += more.failed;
  to.flaky += more.flaky;
  to.repeated += more.repeated;
}

export function countTest(suite: OpenSuite, saying: Saying, isRepeated: boolean): void {
  suite.found.tests += 1;
  if (isRepeated) suite.found.repeated += 1;
  if (saying === 'skipped' || saying === 'failed' || saying === 'flaky') suite.found[saying] += 1;
}

export const say = (suite: OpenSuite, saying: Saying | null): void => {
  if (saying !== null) suite.saying = worse(suite.saying, saying);
};
