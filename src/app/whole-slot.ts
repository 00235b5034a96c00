import type { Driver, Slot } from '../kinds/driver.ts';

/**
 * The slot with everything that really runs in it: a service that greenroom.yaml has named once is to be ended with the others.
 * It gets the longest grace of those that are named, as its own is not known any more.
 */
export async function wholeSlot(driver: Driver, slot: Slot): Promise<Slot> {
  const known = new Set(slot.services.map(({ name }) => name));
  const stopGraceMs = Math.max(0, ...slot.services.map((service) => service.stopGraceMs));
  const strangers = (await driver.observe(slot))
    .filter(({ service }) => !known.has(service))
    .map(({ service }) => ({ name: service, argv: [], variables: {}, stopGraceMs }));
  return { ...slot, services: [...slot.services, ...strangers] };
}
