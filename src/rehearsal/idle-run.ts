// Whether the command changes anything at all: a release without a migration runs it too.
import type { RehearsalOrder } from './order.ts';
import { runCommand } from './run-command.ts';
import type { Scratch } from './scratch.ts';
import { columnsOf, differenceOf, isSame, stateOf } from './state.ts';

/** True when it ended, and schema, rows and sequences are what they were. */
export async function changesNothing(scratch: Scratch, { migrate, limitMs }: RehearsalOrder): Promise<boolean> {
  const { client, columns } = await columnsOf(scratch);
  const before = await stateOf(client, columns, scratch);
  const { failedWith } = await runCommand({ scratch, command: migrate, limitMs });
  const after = await stateOf(client, columns, scratch);
  // Rows that were added are no difference to those who go back; here they are one.
  const isEqual = JSON.stringify(before.data) === JSON.stringify(after.data);
  return failedWith === null && isEqual && isSame(differenceOf(before, after));
}
