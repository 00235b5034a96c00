import path from 'node:path';
import type { Environment, Project } from '../domain/project.ts';
import type { Driver, Slot } from '../kinds/driver.ts';
import type { Traffic } from '../kinds/traffic.ts';
import { publicAddresses } from './site.ts';

/** Above every epoch that a deployment can claim: who takes an environment down for good is not to be outrun. */
export const lastEpoch = Number.MAX_SAFE_INTEGER;

/** Ends an environment: its proxy and both colours. Needs no database. With `lastEpoch` it cannot be used again in this folder. */
export async function takeDown(
  plugs: { readonly drivers: ReadonlyMap<string, Driver>; readonly traffic: ReadonlyMap<string, Traffic> },
  project: Project,
  environment: Environment,
  home: string,
  epoch: number,
): Promise<void> {
  const stateDirectory = path.join(home, 'environments', environment.name);
  const place = {
    project: project.name,
    environment: environment.name,
    stateDirectory: path.join(stateDirectory, 'edge'),
  };
  await plugs.traffic
    .get(environment.traffic.kind)!
    .open({ ...place, services: publicAddresses(project, environment) }, environment.traffic.config)
    .stop();
  const driver = plugs.drivers.get(environment.driver.kind)!;
  const services = project.services.map(({ name, run, stopGraceMs }) => ({
    name,
    argv: run,
    variables: {},
    stopGraceMs,
  }));
  for (const colour of ['blue', 'green'] as const) {
    const slot: Slot = {
      ...{
        project: project.name,
        environment: environment.name,
        colour,
        stateDirectory,
        host: environment.host,
        services,
      },
      ...{
        release: { id: '', revision: '', version: '', artifact: '' },
        artifactDirectory: '',
        epoch,
        operation: `take-down-${epoch}`,
      },
    };
    for (const command of driver.plan('stop', slot)) await driver.run(command, slot, new AbortController().signal);
  }
}
