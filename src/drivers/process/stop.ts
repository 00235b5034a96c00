import { fail } from '../../domain/failure.ts';
import type { Slot } from '../../kinds/driver.ts';
import { fenced } from '../../kinds/fence.ts';
import type { Host } from './host.ts';
import { recordOf } from './places.ts';
import { markOf, readRecord, type RunRecord } from './records.ts';

const POLL_MS = 15;
const KILL_MS = 5_000;

/**
 * SIGTERM to the process, after its grace SIGKILL to its group; then nothing of the group is left and the record is gone.
 * The wait lies outside the lock, and whoever came in with a higher epoch meanwhile ends this by `GR6409`.
 */
export async function stopService(host: Host, slot: Slot, service: string, graceMs: number, signal: AbortSignal) {
  const asked = await fenced(host, slot, signal, async () => {
    const record = await readRecord(host, slot, service);
    if (record) host.signal(record, 'SIGTERM');
    return record;
  });
  if (asked === null) return;
  const untilMs = host.elapsed() + graceMs;
  while (host.status(asked) !== 'gone' && host.elapsed() < untilMs) await host.sleep(POLL_MS, signal);
  await fenced(host, slot, signal, async () => {
    const record = await readRecord(host, slot, service);
    if (record === null || !isSame(record, asked)) return;
    await endLeftovers(host, record);
    await host.remove(recordOf(slot, service));
  });
}

/** Ends the process if it still is there, and children that it left behind, for they hold its port. Throws `GR6414`. */
export async function endLeftovers(host: Host, record: RunRecord): Promise<void> {
  const never = new AbortController().signal;
  const untilMs = host.elapsed() + KILL_MS;
  while (host.endGroup(record, markOf(record)) > 0 || host.status(record) !== 'gone') {
    if (host.elapsed() > untilMs) immortal(record);
    await host.sleep(POLL_MS, never);
  }
}

function immortal(record: RunRecord): never {
  fail({
    code: 'GR6414',
    message: `${record.service} of ${record.releaseId} (process ${record.pid}) is still there ${KILL_MS} ms after SIGKILL.`,
    where: record.logPath,
    do: `It hangs in the kernel (see "ps -o pid,stat,wchan -p ${record.pid}"), often on a dead disk or network file system.`,
  });
}

const isSame = (a: RunRecord, b: RunRecord): boolean =>
  a.pid === b.pid && a.startedTicks === b.startedTicks && a.boot === b.boot;
