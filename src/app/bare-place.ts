import path from 'node:path';
import type { Environment, Project } from '../domain/project.ts';
import type { Colour, Driver, Slot } from '../kinds/driver.ts';
import type { Traffic, TrafficHandle } from '../kinds/traffic.ts';
import { publicAddresses, publicPorts } from './site.ts';

/** An environment of a project in a folder: enough to look at it or to end it, without a variable or a database. */
export interface BarePlace {
  readonly drivers: ReadonlyMap<string, Driver>;
  readonly traffic: ReadonlyMap<string, Traffic>;
  readonly home: string;
  readonly project: Project;
  readonly environment: Environment;
}

const directoryOf = ({ home, environment }: BarePlace): string => path.join(home, 'environments', environment.name);

/** The slot of a colour, whatever is in it; nothing can be started in it. */
export function bareSlot(place: BarePlace, colour: Colour, attempt: { epoch: number; operation: string }): Slot {
  const { project, environment } = place;
  const services = project.services.map(({ name, run, stopGraceMs }) => ({
    ...{ name, argv: run, variables: {}, stopGraceMs },
  }));
  return {
    ...{ project: project.name, environment: environment.name, colour, host: environment.host, services },
    ...{ config: environment.driver.config, projectDirectory: project.directory, secrets: [] },
    publicPorts: publicPorts(project),
    ...{ stateDirectory: directoryOf(place), artifactDirectory: '', ...attempt },
    release: { id: '', revision: '', version: '', artifact: '' },
  };
}

export const driverOf = ({ drivers, environment }: BarePlace): Driver => drivers.get(environment.driver.kind)!;

export const trafficOf = (place: BarePlace): TrafficHandle =>
  place.traffic.get(place.environment.traffic.kind)!.open(
    {
      ...{ project: place.project.name, environment: place.environment.name },
      stateDirectory: path.join(directoryOf(place), 'edge'),
      services: publicAddresses(place.project, place.environment),
    },
    place.environment.traffic.config,
  );
