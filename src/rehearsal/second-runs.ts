// The migration killed after each of its commits, and run again.
import type { Place, SecondRun } from '../domain/rehearsal/facts.ts';
import { dropInvalid } from './drop-invalid.ts';
import type { RehearsalOrder } from './order.ts';
import { cuttingWatcher, runCommand } from './run-command.ts';
import type { Scratch } from './scratch.ts';
import { differenceOf, isSame, openLook, type State } from './state.ts';

/** Cut before the statement with this number. What runs in one transaction leaves nothing when it is cut, so only commits are tried. */
export async function secondRun(
  scratch: Scratch,
  order: RehearsalOrder,
  { before, place, once }: { readonly before: number; readonly place: Place; readonly once: State },
): Promise<SecondRun> {
  const { migrate: command, limitMs } = order;
  const look = await openLook(scratch, order);
  await runCommand({ scratch, command, limitMs, watcher: cuttingWatcher(before) });
  await dropInvalid(look.client);
  const { failedWith } = await runCommand({ scratch, command, limitMs });
  const now = await look.state();
  return { cutAt: place, failedWith, isSame: failedWith === null && isSame(differenceOf(once, now)) };
}

/** Of one that fails by itself after a commit: run again it fails as before, or its own half stands in its way. */
export async function runAfterFailure(
  scratch: Scratch,
  { migrate: command, limitMs }: RehearsalOrder,
  place: Place,
): Promise<readonly SecondRun[]> {
  const client = await scratch.connect('greenroom looker');
  const first = await runCommand({ scratch, command, limitMs });
  await dropInvalid(client);
  const { failedWith } = await runCommand({ scratch, command, limitMs });
  return failedWith === first.failedWith ? [] : [{ cutAt: place, failedWith, isSame: false }];
}
