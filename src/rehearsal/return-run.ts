// Up undisturbed, the way back, up again.
import type { WayBack } from '../domain/rehearsal/facts.ts';
import { shortName } from './observed-run.ts';
import type { RehearsalOrder } from './order.ts';
import { runCommand } from './run-command.ts';
import type { Scratch } from './scratch.ts';
import { columnsOf, differenceOf, stateOf, type State } from './state.ts';
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
  const { client, columns } = await columnsOf(scratch);
  const before = await stateOf(client, columns, scratch);
  const run = (command: typeof migrate) => runCommand({ scratch, command, limitMs });
  const { failedWith: upFailed } = await run(migrate);
  const up = await stateOf(client, columns, scratch);
  // It ended on the first clone, so it does not always: of its way back nothing is known.
  if (upFailed !== null) return { wayBack: null, up, againFailedWith: upFailed };
  if (back === null) return { wayBack: 'none', up, againFailedWith: null };
  if (withWriting && write !== null) await run(write);
  const went = await run(back.run);
  const none = { schemaDifferences: [], lostTables: [], movedSequences: [] };
  if (went.failedWith !== null)
    return { wayBack: { kind: back.kind, failedWith: went.failedWith, ...none }, up, againFailedWith: null };
  if (back.kind === 'forward-fix') {
    const failedWith = await brokenOld(scratch, order);
    return { wayBack: { kind: back.kind, failedWith, ...none }, up, againFailedWith: null };
  }
  const { schemaDifferences, lostTables, movedSequences } = differenceOf(
    before,
    await stateOf(client, columns, scratch),
  );
  const wayBack: WayBack = {
    ...{ kind: back.kind, failedWith: null, schemaDifferences },
    lostTables: withWriting ? [] : lostTables.map(shortName),
    movedSequences: withWriting ? [] : movedSequences.map(shortName),
  };
  return { wayBack, up, againFailedWith: (await run(migrate)).failedWith };
}

/** After the forward fix the old version has to work; the SQLSTATE of the first statement that does not. */
async function brokenOld(scratch: Scratch, { oldStatements, applicationRole }: RehearsalOrder): Promise<string | null> {
  const client = await scratch.connect('greenroom canary');
  const role = (applicationRole ?? scratch.name).replaceAll('"', '""');
  await client.query(`set session authorization "${role}"`);
  const broken = (await endsOf(client, oldStatements)).find((end) => 'failedWith' in end);
  return broken !== undefined && 'failedWith' in broken ? broken.failedWith : null;
}
