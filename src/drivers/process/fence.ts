import { z } from 'zod';
import { fail } from '../../domain/failure.ts';
import type { Slot } from '../../kinds/driver.ts';
import type { Host } from './host.ts';
import { epochOf, lockOf } from './places.ts';
import { readJson } from './records.ts';

const seenSchema = z.object({ epoch: z.number().int(), operation: z.string(), seenAt: z.number() });

/**
 * Acts only when nobody with a higher epoch has been here, and keeps everybody out meanwhile: a control plane that was paused
 * between the look and the act still holds the lock, and one that was paused before it finds the higher epoch. Throws `GR6409`.
 * Keep `act` short; waiting belongs between two fenced acts.
 */
export async function fenced<T>(host: Host, slot: Slot, signal: AbortSignal, act: () => Promise<T>): Promise<T> {
  await host.makeFolder(slot.stateDirectory);
  return host.lock(lockOf(slot), signal, async () => {
    const seen = await readJson(host, epochOf(slot), seenSchema);
    if (seen && slot.epoch < seen.epoch) refuse(slot, seen);
    if (!seen || slot.epoch > seen.epoch) {
      const now = { epoch: slot.epoch, operation: slot.operation, seenAt: host.now() };
      await host.write(epochOf(slot), JSON.stringify(now));
    }
    return act();
  });
}

function refuse(slot: Slot, seen: z.infer<typeof seenSchema>): never {
  const when = new Date(seen.seenAt).toISOString();
  fail({
    code: 'GR6409',
    message: `Epoch ${slot.epoch} (${slot.operation}) is fenced off from ${slot.environment}: epoch ${seen.epoch} (${seen.operation}) has acted there since ${when}.`,
    where: epochOf(slot),
    do: 'Nothing was changed. Another control plane has taken over; see "greenroom status".',
  });
}
