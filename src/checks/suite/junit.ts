import { SaxesParser } from 'saxes';
import { addCounts, announcedBy, closeSuite, countTest, say, type Counts, type OpenSuite } from './junit-counts.ts';
import { elementSays, namesSay, statusSays, worse, type Saying } from './junit-words.ts';
import { openRoll, type Roll } from './roll.ts';

interface FailedTest {
  readonly name: string;
  readonly message: string;
}

export type JunitReport =
  | {
      readonly status: 'read';
      readonly tests: number;
      readonly skipped: number;
      readonly failed: number;
      /** Passed after an attempt that did not. */
      readonly flaky: number;
      /** Of those that ran: listed as such before, here or in a report that was read before. */
      readonly repeated?: number;
      /** At most 50. */
      readonly failing: readonly FailedTest[];
    }
  | { readonly status: 'malformed'; readonly reason: string };

const MAX_FAILING = 50;
const MAX_DEPTH = 50;
const MAX_ATTRIBUTES = 1_000;
const MAX_NAME = 500;
const MAX_MESSAGE = 500;
const SLICE = 64 * 1024;

class Refused extends Error {}

/**
 * Reads a report as it streams by. A DTD, an unknown entity, an open element or missing tests make it malformed. `roll` has the
 * tests of the reports that were read before.
 */
export function readJunit(text: string, roll: Roll = openRoll()): JunitReport {
  const reader = createReader(roll);
  const parser = new SaxesParser();
  let depth = 0;
  parser.on('doctype', () => {
    throw new Refused('it has a DTD, which is refused');
  });
  parser.on('error', (error) => {
    throw new Refused(`it is not XML: ${error.message.slice(0, 200)}`);
  });
  let attributes = 0;
  parser.on('opentagstart', () => (attributes = 0));
  parser.on('attribute', () => {
    attributes += 1;
    if (attributes > MAX_ATTRIBUTES) throw new Refused(`an element has more than ${MAX_ATTRIBUTES} attributes`);
  });
  parser.on('opentag', (tag) => {
    depth += 1;
    if (depth > MAX_DEPTH) throw new Refused(`it is nested more than ${MAX_DEPTH} deep`);
    reader.open(tag.name, tag.attributes as Readonly<Record<string, string>>);
  });
  parser.on('text', reader.text);
  parser.on('cdata', reader.text);
  parser.on('closetag', (tag) => {
    depth -= 1;
    reader.close(tag.name);
  });
  try {
    for (let at = 0; at < text.length; at += SLICE) parser.write(text.slice(at, at + SLICE));
    parser.close();
  } catch (error) {
    if (error instanceof Refused) return { status: 'malformed', reason: error.message };
    throw error;
  }
  return reader.report();
}

interface Case {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  saying: Saying;
  message: string;
}

const isSuite = (name: string | undefined): boolean => name === 'testsuites' || name === 'testsuite';

function createReader(roll: Roll) {
  const failing: FailedTest[] = [];
  /** Names of elements that are open, from the root. */
  const open: string[] = [];
  const suites: OpenSuite[] = [];
  let total: Counts | null = null;
  let current: Case | null = null;
  let listening = false;

  const openTest = (suite: OpenSuite, attributes: Readonly<Record<string, string>>): void => {
    const said = knownSaying(attributes);
    if (attributes['status'] === 'run' && attributes['result'] === undefined) suite.countsAssertions = true;
    current = {
      name: titleOf(attributes) || 'a test without a name',
      attributes,
      saying: worse(said, namesSay(attributes)),
      message: '',
    };
  };
  const openPart = (test: Case, name: string, attributes: Readonly<Record<string, string>>): void => {
    const said = elementSays(name);
    if (said === null) throw new Refused(`it says <${name.slice(0, 40)}> of a test, which nobody knows to mean passed`);
    test.saying = worse(test.saying, said);
    if (said !== 'failed') return;
    test.message ||= attributes['message'] ?? '';
    listening = test.message === '';
  };
  /** Deeper inside, words that are not known are a matter of the runner; those that are known count. */
  const openInside = (test: Case, name: string): void => {
    const said = elementSays(name);
    if (said !== null) test.saying = worse(test.saying, said);
  };
  const finish = (suite: OpenSuite, test: Case): void => {
    countTest(suite, test.saying, test.saying !== 'skipped' && !roll.add(suite.number, test.attributes));
    if (test.saying === 'failed' && failing.length < MAX_FAILING)
      failing.push({ name: test.name, message: test.message.trim().slice(0, MAX_MESSAGE) });
  };
  return {
    open(name: string, attributes: Readonly<Record<string, string>>): void {
      const parent = open.at(-1);
      open.push(name);
      const suite = suites.at(-1);
      if (isSuite(name)) {
        if (open.length > 1 && !isSuite(parent)) throw new Refused(`a <${name}> stands in a <${parent}>`);
        const within = suite?.number ?? 0;
        // The frame around suites is there in some reports of them and not in others.
        suites.push(newSuite(name === 'testsuites' ? within : roll.suite(within, attributes), attributes));
      } else if (open.length === 1) throw new Refused(`it is no JUnit report: its root is <${name}>`);
      else if (name === 'testcase') {
        if (!suite || !isSuite(parent)) throw new Refused(`a <testcase> stands in a <${parent}>`);
        openTest(suite, attributes);
      } else if (current && parent === 'testcase') openPart(current, name, attributes);
      else if (current) openInside(current, name);
      else if (suite) say(suite, elementSays(name));
    },
    text(text: string): void {
      if (listening && current && current.message.length < MAX_MESSAGE) current.message += text.slice(0, MAX_MESSAGE);
    },
    close(name: string): void {
      open.pop();
      const suite = suites.at(-1);
      if (suite && isSuite(name)) {
        suites.pop();
        const counts = closeSuite(suite, suites.length === 0);
        if (typeof counts === 'string') throw new Refused(counts);
        const outer = suites.at(-1);
        if (outer) addCounts(outer.found, counts);
        else total = counts;
      } else if (suite && current && name === 'testcase') {
        finish(suite, current);
        current = null;
      } else if (open.at(-1) === 'testcase') listening = false;
    },
    report(): JunitReport {
      if (total === null) return { status: 'malformed', reason: 'it is no JUnit report: it is empty' };
      return { status: 'read', ...total, failing };
    },
  };
}

function newSuite(number: number, attributes: Readonly<Record<string, string>>): OpenSuite {
  const announced = announcedBy(attributes);
  if (typeof announced === 'string') throw new Refused(announced);
  const saying = knownSaying(attributes);
  return { number, announced, found: noCounts(), saying, countsAssertions: false };
}

const noCounts = (): Counts => ({ tests: 0, skipped: 0, failed: 0, flaky: 0, repeated: 0 });

const titleOf = (attributes: Readonly<Record<string, string>>): string =>
  [attributes['classname'], attributes['name']].filter(Boolean).join(' › ').slice(0, MAX_NAME);

/** A status that nobody knows is not taken for good. */
function knownSaying(attributes: Readonly<Record<string, string>>): Saying {
  const { saying, unknown } = statusSays(attributes);
  if (unknown !== null) throw new Refused(`it says ${unknown}, which nobody knows to mean passed`);
  return saying;
}
