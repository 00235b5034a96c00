import { SaxesParser } from 'saxes';

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

/** Reads a report as it streams by. A DTD, an unknown entity, an open element or missing tests make it malformed. */
export function readJunit(text: string): JunitReport {
  const reader = createReader();
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
    reader.open(tag.name, tag.attributes as Readonly<Record<string, string>>, depth);
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
  name: string;
  result: 'passed' | 'failed' | 'skipped';
  message: string;
}

function createReader() {
  const totals = { tests: 0, skipped: 0, failed: 0 };
  const failing: FailedTest[] = [];
  let root: { name: string; tests: number; bad: number; errors: number } | null = null;
  let current: Case | null = null;
  let listening = false;
  const finish = (test: Case): void => {
    totals.tests += 1;
    if (test.result === 'skipped') totals.skipped += 1;
    if (test.result !== 'failed') return;
    totals.failed += 1;
    if (failing.length < MAX_FAILING)
      failing.push({ name: test.name, message: test.message.trim().slice(0, MAX_MESSAGE) });
  };
  return {
    open(name: string, attributes: Readonly<Record<string, string>>, depth: number): void {
      const count = (attribute: string): number => Number.parseInt(attributes[attribute] ?? '0', 10) || 0;
      if (depth === 1)
        root = { name, tests: count('tests'), errors: count('errors'), bad: count('failures') + count('errors') };
      if (name === 'testcase') {
        const title = [attributes['classname'], attributes['name']].filter(Boolean).join(' › ');
        current = { name: title.slice(0, MAX_NAME) || 'a test without a name', result: 'passed', message: '' };
      } else if (current && (name === 'failure' || name === 'error')) {
        current.result = 'failed';
        current.message ||= attributes['message'] ?? '';
        listening = current.message === '';
      } else if (current && name === 'skipped' && current.result === 'passed') current.result = 'skipped';
    },
    text(text: string): void {
      if (listening && current && current.message.length < MAX_MESSAGE) current.message += text.slice(0, MAX_MESSAGE);
    },
    close(name: string): void {
      if (name === 'failure' || name === 'error') listening = false;
      if (name !== 'testcase' || !current) return;
      finish(current);
      current = null;
    },
    report(): JunitReport {
      if (root === null || (root.name !== 'testsuites' && root.name !== 'testsuite')) {
        return { status: 'malformed', reason: `it is no JUnit report: its root is <${root?.name ?? 'nothing'}>` };
      }
      // Some runners count a test twice whose clean-up failed, hence the allowance for errors.
      if (root.tests - root.errors > totals.tests) {
        return { status: 'malformed', reason: `it speaks of ${root.tests} tests and lists ${totals.tests}` };
      }
      return { status: 'read', ...totals, failed: Math.max(totals.failed, root.bad), failing };
    },
  };
}
