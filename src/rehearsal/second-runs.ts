// The migration killed after each of its commits, and run again.
import type { Place, SecondRun } from '../domain/rehearsal/facts.ts';
import { dropInvalid } from './drop-invalid.ts';
import type { RehearsalOrder } from './order.ts';
import { cuttingWatcher, runCommand } from './run-command.ts';
import type { Scratch } from './scratch.ts';
import { columnsOf, differenceOf, isSame, stateOf, type State } from './state.ts';

/** Cut before the statement with this number. What runs in one transaction leaves nothing when it is cut, so only commits are tried. */
export async function secondRun(
  scratch: Scratch,
  order: RehearsalOrder,
  { before, place, once }: { readonly before: number; readonly place: Place; readonly once: State },
): Promise<SecondRun> {
  const { migrate: command, limitMs } = order;
  const { client, columns } = await columnsOf(scratch);
  await runCommand({ scratch, command, limitMs, watcher: cuttingWatcher(before) });
  await dropInvalid(client);
  const { failedWith } = await runCommand({ scratch, command, limitMs });
  const now = await stateOf(client, columns);
  return { cutAt: place, failedWith, isSame: failedWith === null && isSame(differenceOf(once, now)) };
}
