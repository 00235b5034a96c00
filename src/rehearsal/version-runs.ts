// Both versions beside the migration: what the old one was met with, before and after, and the smoke of the new one.
import type { NewVersion } from '../domain/rehearsal/facts.ts';
import type { CapturedStatements } from '../domain/rehearsal/captured.ts';
import { tryAfter, tryBefore, type TriedBefore } from './captured-run.ts';
import type { RehearsalOrder } from './order.ts';
import { recordedRun } from './recorded-run.ts';
import { runCommand } from './run-command.ts';
import type { Scratch } from './scratch.ts';
import { idleWatcher } from './watcher.ts';

type OnClone = <T>(work: (scratch: Scratch) => Promise<T>) => Promise<T>;

/** What a recorded command writes is gone with its clone, so the statements are tried on another one. Null: nothing is asked for. */
export async function triedBefore(onClone: OnClone, order: RehearsalOrder): Promise<TriedBefore | null> {
  const { capture: asked, limitMs } = order;
  if (asked === undefined) return null;
  const { meet, except } = asked;
  const capture =
    meet.from === 'known' ? meet.capture : await onClone((scratch) => recordedRun(scratch, meet.run, limitMs));
  return onClone((scratch) => tryBefore(scratch, { ...order, capture, except }));
}

export const tryCaptured = (
  scratch: Scratch,
  order: RehearsalOrder,
  before: TriedBefore,
): Promise<CapturedStatements> => tryAfter(scratch, before, order);

/** Null: nothing is asked for. */
export async function newVersionRun(
  scratch: Scratch,
  { smoke: command, limitMs }: RehearsalOrder,
): Promise<NewVersion | null> {
  if (command === undefined) return null;
  let statements = 0;
  const { failedWith } = await runCommand({
    ...{ scratch, command, limitMs },
    watcher: {
      ...idleWatcher,
      begins: async (_, { isControl }) => {
        if (!isControl) statements += 1;
        return 'go';
      },
    },
  });
  return { failedWith, statements };
}
