import { z } from 'zod';
import type { Slot } from '../../kinds/driver.ts';
import { readJson } from '../../kinds/state-file.ts';
import type { Host } from './host.ts';
import { folderOf, recordOf } from './places.ts';

/** What was started, written down before it may run. */
const recordSchema = z.object({
  service: z.string(),
  pid: z.number().int().positive(),
  startedTicks: z.string(),
  boot: z.string().nullable(),
  releaseId: z.string(),
  host: z.string(),
  port: z.number().int(),
  operation: z.string(),
  epoch: z.number().int(),
  startedAt: z.number(),
  stopGraceMs: z.number(),
  logPath: z.string(),
  logFrom: z.number().int(),
});
export type RunRecord = z.infer<typeof recordSchema>;

/** The mark in the environment of everything a service starts. */
export const markOf = (record: Pick<RunRecord, 'operation'>): string => `GREENROOM_OPERATION=${record.operation}`;

export async function readRecord(host: Host, slot: Slot, service: string): Promise<RunRecord | null> {
  return readJson(host, recordOf(slot, service), recordSchema);
}

/** Records of everything that was ever started in this colour and not stopped, of whatever release. */
export async function readRecords(host: Host, slot: Slot): Promise<readonly RunRecord[]> {
  const names = (await host.list(folderOf(slot))).filter((name) => /^[^.].*\.json$/.test(name)).toSorted();
  const records = await Promise.all(names.map((name) => readRecord(host, slot, name.slice(0, -'.json'.length))));
  return records.filter((record) => record !== null);
}
