import { z } from 'zod';
import { fail } from '../domain/failure.ts';
import type { Slot } from './driver.ts';
import { readJson, type StateReader } from './state-file.ts';

const seenSchema = z.object({ epoch: z.number().int(), operation: z.string(), seenAt: z.number() });

/** What a fence needs of the machine. */
export interface FenceHost extends StateReader {
  /** Whole or not at all, also after a power cut. */
  write(path: string, text: string): Promise<void>;
  makeFolder(path: string): Promise<void>;
  /** Alone among all processes, until `act` ends or this process dies. */
  lock<T>(path: string, signal: AbortSignal, act: () => Promise<T>): Promise<T>;
  now(): number;
}

type Fenced = Pick<Slot, 'stateDirectory' | 'environment' | 'epoch' | 'operation'>;

const epochOf = (slot: Fenced): string => `${slot.stateDirectory}/epoch.json`;

/**
 * Acts only when nobody with a higher epoch has been in this environment, and keeps everybody out meanwhile: a control plane
 * that was paused between the look and the act still holds the lock, and one that was paused before it finds the higher epoch.
 * One lock and one epoch for an environment, whichever drivers it has had. Throws `GR6409`. Keep `act` short; waiting belongs
 * between two fenced acts.
 */
export async function fenced<T>(host: FenceHost, slot: Fenced, signal: AbortSignal, act: () => Promise<T>): Promise<T> {
  await host.makeFolder(slot.stateDirectory);
  return host.lock(`${slot.stateDirectory}/lock`, signal, async () => {
    const seen = await readJson(host, epochOf(slot), seenSchema);
    if (seen && slot.epoch < seen.epoch) refuse(slot, seen);
    if (!seen || slot.epoch > seen.epoch) {
      const now = { epoch: slot.epoch, operation: slot.operation, seenAt: host.now() };
      await host.write(epochOf(slot), JSON.stringify(now));
    }
    return act();
  });
}

function refuse(slot: Fenced, seen: z.infer<typeof seenSchema>): never {
  const when = new Date(seen.seenAt).toISOString();
  fail({
    code: 'GR6409',
    message: `Epoch ${slot.epoch} (${slot.operation}) is fenced off from ${slot.environment}: epoch ${seen.epoch} (${seen.operation}) has acted there since ${when}.`,
    where: epochOf(slot),
    do: 'Nothing was changed. Another control plane has taken over; see "greenroom status".',
  });
}
