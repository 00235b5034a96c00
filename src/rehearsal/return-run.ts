// Up undisturbed, the way back, up again.
import { compareBooks } from '../domain/rehearsal/book.ts';
import type { WayBack } from '../domain/rehearsal/facts.ts';
import { openApplication } from './application.ts';
import { shortName } from './observed-run.ts';
import type { RehearsalOrder } from './order.ts';
import { runCommand, type RunEnd } from './run-command.ts';
import type { Scratch } from './scratch.ts';
import { differenceOf, openLook, type Look, type State } from './state.ts';
import { endsOf } from './statement-end.ts';

export interface ReturnRun {
  readonly wayBack: WayBack | 'none' | null;
  /** What an undisturbed run comes to. */
  readonly up: State;
  /** SQLSTATE of a run that came after one that ended; null when it ended too, or there was none. */
  readonly againFailedWith: string | null;
}

/** `withWriting`: the new version writes before somebody goes back, so that its rows are more, and only errors and the schema are compared. */
export async function returnRun(scratch: Scratch, order: RehearsalOrder, withWriting: boolean): Promise<ReturnRun> {
  const { migrate, back, write, limitMs } = order;
  const look = await openLook(scratch, order);
  const before = await look.state();
  const run = (command: typeof migrate) => runCommand({ scratch, command, limitMs });
  const { failedWith: upFailed } = await run(migrate);
  const up = await look.state();
  // It ended on the first clone, so it does not always: of its way back nothing is known.
  if (upFailed !== null) return { wayBack: null, up, againFailedWith: upFailed };
  if (back === null) return { wayBack: 'none', up, againFailedWith: null };
  const none = { failedWith: null, schemaDifferences: [], lostTables: [], movedSequences: [] };
  if (back.kind === 'forward-only') return { wayBack: { kind: back.kind, ...none }, up, againFailedWith: null };
  if (withWriting && write !== null) await run(write);
  const took = () => run(back.run);
  const went = back.kind === 'forward-fix' ? { ...(await took()), times: 1 } : await stepsBack(took, look, before, up);
  if (went.failedWith !== null)
    return { wayBack: { ...none, kind: back.kind, failedWith: went.failedWith }, up, againFailedWith: null };
  if (back.kind === 'forward-fix') {
    const failedWith = await brokenOld(scratch, order);
    return { wayBack: { ...none, kind: back.kind, failedWith }, up, againFailedWith: null };
  }
  const { schemaDifferences, lostTables, movedSequences, books } = differenceOf(before, await look.state());
  const applied = compareBooks(before.books, up.books);
  const wayBack: WayBack = {
    times: went.times,
    leftInBooks: books.map(({ relation, more }) => ({
      ...{ relation: shortName(relation), more },
      applied: applied.find((each) => each.relation === relation)?.more ?? 0,
    })),
    ...{ kind: back.kind, failedWith: null, schemaDifferences },
    lostTables: withWriting ? [] : lostTables.map(shortName),
    movedSequences: withWriting ? [] : movedSequences.map(shortName),
  };
  return { wayBack, up, againFailedWith: (await run(migrate)).failedWith };
}

/** More than nobody applies at once. */
const mostSteps = 50;

/** Many tools take back one migration at a time: as often as it brings the book of what was run nearer to what it said before. */
async function stepsBack(
  step: () => Promise<RunEnd>,
  look: Look,
  before: State,
  up: State,
): Promise<RunEnd & { readonly times: number }> {
  let [end, times, last] = [await step(), 1, up.books];
  while (end.failedWith === null && times < mostSteps) {
    const { books: now } = await look.state();
    const hasMoved = compareBooks(last, now).length > 0;
    if (!hasMoved || compareBooks(before.books, now).length === 0) break;
    [end, times, last] = [await step(), times + 1, now];
  }
  return { ...end, times };
}

/** After the forward fix the old version has to work; the SQLSTATE of the first statement that does not. */
async function brokenOld(scratch: Scratch, order: RehearsalOrder): Promise<string | null> {
  const broken = (await endsOf(await openApplication(scratch, order), order.oldStatements)).find(
    (end) => 'failedWith' in end,
  );
  return broken !== undefined && 'failedWith' in broken ? broken.failedWith : null;
}
