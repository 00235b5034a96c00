import { setTimeout as wait } from 'node:timers/promises';
import { deliver } from '../host/process-identity.ts';
import { processesGiven } from '../host/process-table.ts';

const GRACE_MS = 2_000;
/** After SIGKILL only the kernel is waited for. */
const LAST_MS = 5_000;
const POLL_MS = 20;

/**
 * Ends the commands of checks that an earlier process has left: those whose work folder lies below one of these places, such as
 * `work/dep_1/unit`, with their whole groups, first by SIGTERM, then by SIGKILL. They are known by the environment that they were
 * started with, so that a number that was given to somebody else meanwhile is left alone. Ends nothing where there is no /proc.
 */
export async function endLeftoverCommands(places: readonly string[]): Promise<void> {
  if (await ended(places, 'SIGTERM', GRACE_MS)) return;
  await ended(places, 'SIGKILL', LAST_MS);
}

/** True when none is left. Each group is asked once. */
async function ended(places: readonly string[], signal: NodeJS.Signals, patienceMs: number): Promise<boolean> {
  const until = performance.now() + patienceMs;
  const asked = new Set<number>();
  for (;;) {
    const groups = groupsBelow(places);
    if (groups.length === 0) return true;
    if (performance.now() > until) return false;
    for (const group of groups.filter((each) => !asked.has(each))) {
      asked.add(group);
      tell(group, signal);
    }
    await wait(POLL_MS);
  }
}

/** A command begins a group of its own, and what it starts is in that group or begins others: none has strangers in it. */
function groupsBelow(places: readonly string[]): readonly number[] {
  const isBelow = (folder: string): boolean => places.some((place) => `${folder}/`.includes(`/${place}/`));
  const left = processesGiven('GREENROOM_WORK_DIRECTORY', isBelow).filter(({ pid }) => pid !== process.pid);
  return [...new Set(left.map(({ group }) => group))].filter((group) => group > 1);
}

function tell(group: number, signal: NodeJS.Signals): void {
  try {
    deliver(-group, signal);
  } catch {
    // It belongs to another user now; nobody but that one may end it.
  }
}
