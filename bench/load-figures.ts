/** What the records of a mixed load tell. */
import type { LoadRecord, LoadResult } from './mixed-load.ts';

/** Requests that were not answered 200 and whole; one without a record is lost too. */
export function failedOf({ issued, records }: LoadResult): number {
  return records.filter(({ error }) => error !== null).length + (issued - records.length);
}

/** Last request received by the old version minus first received by the new, by the clock reading of the app that answered. */
export function seenOverlapMs(oldRelease: string, newRelease: string, requests: readonly LoadRecord[]): number {
  let [lastOfOld, firstOfNew] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const { release, receivedAt } of requests) {
    if (receivedAt === null) continue;
    if (release === oldRelease) lastOfOld = Math.max(lastOfOld, receivedAt);
    if (release === newRelease) firstOfNew = Math.min(firstOfNew, receivedAt);
  }
  return lastOfOld - firstOfNew;
}

/** Dark: from the first request that failed to the next one that was sent later and came through. */
export function lossOf(
  records: readonly LoadRecord[],
  fromAt: number,
  toAt: number,
): { readonly failed: number; readonly darkMs: number } {
  const failed = records.filter(({ error, endedAt }) => error !== null && endedAt >= fromAt && endedAt <= toAt + 500);
  const firstLostAt = Math.min(...failed.map(({ sentAt }) => sentAt));
  const lastLostAt = Math.max(...failed.map(({ sentAt }) => sentAt));
  const backAt = Math.min(
    ...records.filter(({ error, sentAt }) => error === null && sentAt > lastLostAt).map(({ sentAt }) => sentAt),
  );
  return { failed: failed.length, darkMs: failed.length > 0 && Number.isFinite(backAt) ? backAt - firstLostAt : 0 };
}

/** From the moment they were due, without the two-second requests. */
export function fastP99Ms(records: readonly LoadRecord[]): number {
  const fast = records.filter((one) => one.class !== 'slow');
  return percentile(
    fast.map(({ dueAt, endedAt }) => endedAt - dueAt),
    0.99,
  );
}

/** How late the generator itself was. */
export function lateP99Ms(records: readonly LoadRecord[]): number {
  return percentile(
    records.map(({ dueAt, sentAt }) => sentAt - dueAt),
    0.99,
  );
}

export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const round = (value: number): number => Math.round(value * 10) / 10;
