import type { CapturedStatements } from './captured.ts';
import { typeShift } from './type-shift.ts';

/** What PostgreSQL answered. `said` are its words where they name only what the schema has; else null, since a value could be among them. */
export interface Refusal {
  readonly failedWith: string;
  readonly said: string | null;
}

/** `writes`: tables by qualified names; `text`: the whole plan, in which every function of it stands. Types of its parameters and, where the server tells them, of its columns. */
export interface Plan {
  readonly writes: readonly string[];
  readonly text: string;
  readonly parameters: readonly string[];
  readonly columns: readonly string[];
}

/** One statement on one schema. */
export interface Tried {
  /** Null: its kind cannot be planned. */
  readonly plan: Plan | Refusal | null;
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
  /** Enums that lack a word that they had. */
  readonly narrower: readonly string[];
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
  const shift = columnShift(before.plan, after.plan);
  if (shift !== null) return shift;
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
  const { writes, text, parameters } = after.plan;
  const other = typeShift(plan.parameters, parameters);
  if (other !== null) return onlyPlanned(`its parameter ${other.place} is ${other.is} since, and was ${other.was}`);
  const word = parameters.find((type) => ground.narrower.includes(type));
  if (word !== undefined) return onlyPlanned(`${word} lacks a word that it had`);
  const touched = new Set([...plan.writes, ...writes].flatMap((name) => ground.below.get(name) ?? [name]));
  const isAnywhere = [...touched].some((name) => ground.triggered.has(name));
  const asks = [...ground.harder].find(([name]) => isAnywhere || touched.has(name));
  if (touched.size > 0 && asks !== undefined)
    return onlyPlanned(`${shortly(asks[0])} asks for more since (${asks[1].join(', ')})`);
  const called = ground.functions.find((name) => `${plan.text}${text}`.includes(`${name}(`));
  if (called !== undefined) return onlyPlanned(`runs ${called}()`);
  return 'planned';
}

const onlyPlanned = (why: string): End => ({ why: `because it was only planned, and ${why}` });

/** Who reads a column as a number may not read it as a text. */
function columnShift(before: Tried['plan'], after: Tried['plan']): End | null {
  if (before === null || after === null || isRefusal(before) || isRefusal(after)) return null;
  const shift = typeShift(before.columns, after.columns);
  return shift && { why: `because its column ${shift.place} is ${shift.is} since, and was ${shift.was}` };
}

const already = ({ failedWith }: Refusal): End => ({
  why: `because it failed before the migration already, with SQLSTATE ${failedWith}`,
});
const isRefusal = (given: Tried['plan'] | Tried['runs'][number] | undefined): given is Refusal =>
  given !== null && given !== undefined && 'failedWith' in given;
const shortly = (name: string): string => name.replace(/^public\./, '');
