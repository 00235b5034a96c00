// The order in which the rows of a subset are found. What a condition alone cannot say is added to lists: rows that go in circles, and rows that are
// only kept because others point at them.
import { isSettled, type ForeignKey, type PlannedSubset, type TablePart } from './subset.ts';

/**
 * What whoever knows the rows is asked. `Batch`: rows of one table that were added together; the answer is one, or null when there were none.
 * - `children` of rows that drive, or of these, that do not drive yet: they do from now on.
 * - `parents` of kept rows, or of these, that are not kept yet: they are from now on, and drive nothing.
 * - `drive`: what is kept of a table that is pointed at drives from now on.
 */
export type SubsetStep<Batch> =
  | { readonly find: 'children' | 'parents'; readonly reference: ForeignKey; readonly from: Batch | null }
  | { readonly find: 'drive'; readonly table: string };

type Steps<Batch> = Generator<SubsetStep<Batch>, void, Batch | null>;

export function* closeSubset<Batch>({ tables, stageCount }: PlannedSubset): Steps<Batch> {
  const partOf = new Map(tables.map((part) => [part.table.name, part]));
  for (let stage = 0; stage < stageCount; stage++) {
    const now = tables.filter((part) => part.stage === stage && part.standing !== 'whole');
    yield* goRound(now);
    const begin = now.filter(({ standing }) => standing !== 'pointed');
    yield* climb(begin, partOf);
    for (const { standing, table } of now) if (standing === 'pointed') yield { find: 'drive', table: table.name };
  }
  const whole = tables.filter(({ standing }) => standing === 'whole');
  yield* climb(whole, partOf);
}

/** Until nobody more is found in any circle. */
function* goRound<Batch>(parts: readonly TablePart[]): Steps<Batch> {
  const circles = parts.flatMap((part) => part.circles);
  for (let isMore = circles.length > 0; isMore;) {
    isMore = false;
    for (const reference of circles)
      for (let from = yield { find: 'children', reference, from: null }; from !== null;) {
        isMore = true;
        from = reference.child === reference.parent ? yield { find: 'children', reference, from } : null;
      }
  }
}

/** Parents, their parents, and so on. */
function* climb<Batch>(parts: readonly TablePart[], partOf: ReadonlyMap<string, TablePart>): Steps<Batch> {
  const open: { readonly part: TablePart; readonly from: Batch | null }[] = parts.map((part) => ({ part, from: null }));
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const { part, from } = next;
    for (const reference of part.follows) {
      if (from === null && isSettled(part, reference)) continue;
      const added = yield { find: 'parents', reference, from };
      if (added !== null) open.push({ part: partOf.get(reference.parent)!, from: added });
    }
  }
}
