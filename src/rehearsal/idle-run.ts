// Whether the command changes anything at all: a release without a migration runs it too.
import { compareSchemas } from '../domain/rehearsal/fingerprint.ts';
import type { RehearsalOrder } from './order.ts';
import { runCommand } from './run-command.ts';
import type { Scratch } from './scratch.ts';
import { openLook } from './state.ts';

/** True when it ended, and schema, rows, sequences and the tool's book are what they were. */
export async function changesNothing(scratch: Scratch, order: RehearsalOrder): Promise<boolean> {
  const { migrate, limitMs } = order;
  const look = await openLook(scratch, order);
  const before = await look.state();
  const { failedWith } = await runCommand({ scratch, command: migrate, limitMs });
  const after = await look.state();
  // Rows that were added are no difference to those who go back, and a book that was made is none to them; here they are.
  const isEqual = JSON.stringify([before.data, before.books]) === JSON.stringify([after.data, after.books]);
  return failedWith === null && isEqual && compareSchemas(before.schema, after.schema).length === 0;
}
