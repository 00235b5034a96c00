import type { Environment, Project } from '../domain/project.ts';
import type { Driver } from '../kinds/driver.ts';
import type { Traffic } from '../kinds/traffic.ts';
import { bareSlot, driverOf, trafficOf } from './bare-place.ts';
import { wholeSlot } from './whole-slot.ts';

/** Above every epoch that a deployment can claim: who takes an environment down for good is not to be outrun. */
export const lastEpoch = Number.MAX_SAFE_INTEGER;

/**
 * Ends an environment: both colours, whatever runs in them, then its proxy. The driver's fence comes first, so that whoever is refused
 * by it (`GR6409`) has changed nothing. Needs no database. With `lastEpoch` it cannot be used again in this folder.
 */
export async function takeDown(
  plugs: { readonly drivers: ReadonlyMap<string, Driver>; readonly traffic: ReadonlyMap<string, Traffic> },
  project: Project,
  environment: Environment,
  home: string,
  epoch: number,
): Promise<void> {
  const place = { drivers: plugs.drivers, traffic: plugs.traffic, project, environment, home };
  const driver = driverOf(place);
  for (const colour of ['blue', 'green'] as const) {
    const slot = await wholeSlot(driver, bareSlot(place, colour, { epoch, operation: `take-down-${epoch}` }));
    for (const command of driver.plan('stop', slot)) await driver.run(command, slot, new AbortController().signal);
  }
  await trafficOf(place).stop();
}
