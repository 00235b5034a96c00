import { join } from 'node:path';
import { fail } from '../../domain/failure.ts';
import { type Colour, otherColour, type Slot } from '../../kinds/driver.ts';

/** Files of an environment beside those of its fence: per colour `.ports.json`, `<service>.json`, `<service>.log`. */
type Place = Pick<Slot, 'stateDirectory' | 'colour'>;
export const folderOf = (slot: Place, colour: Colour = slot.colour): string => join(slot.stateDirectory, colour);
/** Begins with a dot, as no service does. */
export const portsOf = (slot: Place, colour: Colour): string => join(folderOf(slot, colour), '.ports.json');
export const otherPortsOf = (slot: Place): string => portsOf(slot, otherColour(slot.colour));
export const recordOf = (slot: Slot, service: string): string => join(folderOf(slot), `${named(service)}.json`);
export const logOf = (slot: Slot, service: string): string => join(folderOf(slot), `${named(service)}.log`);

function named(service: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/.test(service)) return service;
  return fail({
    code: 'GR6401',
    message: `${JSON.stringify(service)} cannot be the name of a service: files are named after it.`,
    do: 'Use letters, digits, dots, dashes and underscores, beginning with a letter or digit.',
  });
}
