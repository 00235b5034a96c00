import type { CapturedStatements } from './captured.ts';

/** What PostgreSQL answered. `said` are its words where they name only what the schema has; else null, since a value could be among them. */
export interface Refusal {
  readonly failedWith: string;
  readonly said: string | null;
}

/** One statement on one schema. */
export interface Tried {
  /** `writes`: tables by qualified names; `text`: the whole plan, in which every function of it stands. Null: its kind cannot be planned. */
  readonly plan: { readonly writes: readonly string[]; readonly text: string } | Refusal | null;
  /** One for each of the values that it was met with. */
  readonly runs: readonly ({ readonly rows: number } | Refusal)[];
}

/** What tells whether a write that was only planned would go. Relations by qualified names. */
export interface Ground {
  /** Tables that ask for more than before, with what. */
  readonly harder: ReadonlyMap<string, readonly string[]>;
  /** Where a write to a table may end: itself, its partitions and children, and what refers to it and follows. */
  readonly below: ReadonlyMap<string, readonly string[]>;
  /** Tables with triggers, which may write anywhere. */
  readonly triggered: ReadonlySet<string>;
  /** Names of functions of the team's own. */
  readonly functions: readonly string[];
}

export interface TriedTwice {
  readonly text: string;
  readonly before: Tried;
  readonly after: Tried;
}

type Told = Pick<CapturedStatements, 'executed' | 'planned' | 'failing' | 'unchecked'>;

/** Counts what goes on as before, and names what does not or of which nobody knows. */
export function judgeTries(tries: readonly TriedTwice[], ground: Ground): Told {
  const ends = tries.map((each) => ({ text: each.text, end: endOf(each, ground) }));
  const count = (wanted: 'executed' | 'planned') => ends.filter(({ end }) => end === wanted).length;
  return {
    executed: count('executed'),
    planned: count('planned'),
    failing: ends.flatMap(({ text, end }) =>
      typeof end === 'object' && 'failedWith' in end ? [{ text, failedWith: end.failedWith, said: end.said }] : [],
    ),
    unchecked: ends.flatMap(({ text, end }) =>
      typeof end === 'object' && 'why' in end ? [{ text, why: end.why }] : [],
    ),
  };
}

type End = 'executed' | 'planned' | Refusal | { readonly why: string };

function endOf({ before, after }: TriedTwice, ground: Ground): End {
  // Values that did not go before, as a reference to a row that only that session had, say nothing.
  const pairs = before.runs
    .map((was, index) => ({ was, is: after.runs[index] }))
    .flatMap(({ was, is }) => (isRefusal(was) || is === undefined ? [] : [{ was, is }]));
  const broken = pairs.map(({ is }) => is).find(isRefusal);
  if (broken) return broken;
  // One that met no row was asked for nothing.
  const isConclusive = pairs.some(({ was, is }) => was.rows > 0 && 'rows' in is && is.rows > 0);
  if (isConclusive || (before.plan === null && pairs.length > 0)) return 'executed';
  return planEnd(before, after, ground);
}

function planEnd(before: Tried, after: Tried, ground: Ground): End {
  const { plan } = before;
  const refused = before.runs.find(isRefusal);
  if (plan === null)
    return refused ? already(refused) : { why: 'because it can only be run, and its values are not known' };
  if (isRefusal(plan)) return already(plan);
  if (after.plan === null) return { why: 'because nobody planned it after the migration' };
  if (isRefusal(after.plan)) return after.plan;
  const { writes, text } = after.plan;
  const touched = new Set([...plan.writes, ...writes].flatMap((name) => ground.below.get(name) ?? [name]));
  const isAnywhere = [...touched].some((name) => ground.triggered.has(name));
  const asks = [...ground.harder].find(([name]) => isAnywhere || touched.has(name));
  if (touched.size > 0 && asks !== undefined)
    return { why: `because it was only planned, and ${shortly(asks[0])} asks for more since (${asks[1].join(', ')})` };
  const called = ground.functions.find((name) => `${plan.text}${text}`.includes(`${name}(`));
  if (called !== undefined) return { why: `because it was only planned, and runs ${called}()` };
  return 'planned';
}

const already = ({ failedWith }: Refusal): End => ({
  why: `because it failed before the migration already, with SQLSTATE ${failedWith}`,
});
const isRefusal = (given: Tried['plan'] | Tried['runs'][number] | undefined): given is Refusal =>
  given !== null && given !== undefined && 'failedWith' in given;
const shortly = (name: string): string => name.replace(/^public\./, '');
