/** What one place of a report says of a test. `nothing`: neither that it passed nor that it did not, such as "run". */
export type Saying = 'nothing' | 'passed' | 'flaky' | 'skipped' | 'failed';

/** From the best to the worst; of several places the worst counts. */
const order: readonly Saying[] = ['nothing', 'passed', 'flaky', 'skipped', 'failed'];

export const worse = (one: Saying, other: Saying): Saying => (order.indexOf(other) > order.indexOf(one) ? other : one);

/**
 * The words that runners have for it, in attributes, in names of attributes and in names of elements: JUnit, Surefire,
 * GoogleTest, CTest, Catch2, pytest, nose, Qt, Jest, Playwright, Node, TestNG, PHPUnit, NUnit, Cucumber, behave, Allure.
 */
const vocabulary: Readonly<Record<Exclude<Saying, 'nothing'>, string>> = {
  passed: 'pass passes passed success successes successful succeeded ok fixed',
  flaky: 'flaky flakes flakyfailure flakyerror',
  skipped:
    'skip skips skipped disabled disable suppressed notrun notexecuted ignore ignored pending pendingwarn todo inconclusive untested blocked deselected filtered excluded unexecuted xfail xfailed',
  failed:
    'fail fails failed failure failures error errors errored erroneous broken crash crashed abort aborted timeout timedout killed interrupted cancelled canceled regression undefined ambiguous hookerror cleanuperror rerunfailure rerunerror xpass xpassed unexpected',
};

const words: ReadonlyMap<string, Saying> = new Map([
  ...(['run', 'ran', 'completed', 'complete', 'executed', 'finished', 'done'] as const).map(
    (word) => [word, 'nothing'] as const,
  ),
  ...Object.entries(vocabulary).flatMap(([saying, list]) =>
    list.split(' ').map((word) => [word, saying as Saying] as const),
  ),
]);

/** Null: nobody knows this word. Case, hyphens and spaces make no difference. */
const sayingOf = (word: string): Saying | null =>
  words.get(word.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')) ?? null;

/** What the name of an attribute stands for; `timeout` is a setting there. */
export const nameSays = (name: string): Saying | null => (name.toLowerCase() === 'timeout' ? null : sayingOf(name));

/** Attributes whose value is such a word. */
const spoken = new Set(['status', 'result', 'outcome', 'state']);
const no = new Set(['', '0', 'false', 'no', 'null', 'none']);

/** What `status`, `result` and their like say: `status="notrun"`. `unknown` is one that nobody knows, as it is written. */
export function statusSays(attributes: Readonly<Record<string, string>>): { saying: Saying; unknown: string | null } {
  let saying: Saying = 'nothing';
  let unknown: string | null = null;
  for (const [name, value] of Object.entries(attributes)) {
    if (!spoken.has(name.toLowerCase())) continue;
    const said = sayingOf(value);
    if (said === null) unknown ??= `${name}="${value.slice(0, 40)}"`;
    else saying = worse(saying, said);
  }
  return { saying, unknown };
}

/** What names of attributes say of a test: `success="False"`, `failure="it broke"`. */
export const namesSay = (attributes: Readonly<Record<string, string>>): Saying =>
  Object.entries(attributes).reduce<Saying>((saying, [name, value]) => {
    const meant = nameSays(name);
    if (meant === null) return saying;
    return worse(saying, no.has(value.trim().toLowerCase()) ? denied(meant) : meant);
  }, 'nothing');

/** What it means that a test is said not to be so. */
function denied(meant: Saying): Saying {
  if (meant === 'passed') return 'failed';
  return meant === 'nothing' ? 'skipped' : 'nothing';
}

/** Parts of a test that say nothing of how it ended. */
const silent = new Set([
  ...['properties', 'property', 'system-out', 'system-err', 'output', 'attachments', 'attachment', 'traits', 'trait'],
  ...['categories', 'category', 'parameters', 'parameter', 'reason'],
]);

/** What a part of a test says; null where nobody knows. */
export const elementSays = (name: string): Saying | null =>
  silent.has(name.toLowerCase()) ? 'nothing' : sayingOf(name);
