import { z } from 'zod';
import { join } from 'node:path';
import { durationMs } from '../../kinds/fields.ts';
import { argv, inside } from '../../kinds/command-line.ts';
import type { Colour, Slot } from '../../kinds/driver.ts';
import type { ComposeHost, EngineDoor } from './host.ts';

const port = z.int().min(1).max(65_535);
const names = z.array(z.string().min(1));

export const schema = z.strictObject({
  file: z
    .union([inside().transform((one) => [one]), z.array(inside()).min(1)])
    .prefault('docker-compose.yml')
    .describe('Compose file of the release, or several of which later ones win. Left as they are.'),
  'env-file': z
    .string()
    .min(1)
    .optional()
    .describe('File that fills `${…}` in the compose file, relative to greenroom.yaml. Default: `.env` beside it.'),
  profiles: names.default([]).describe('Profiles of the compose file that belong to this environment.'),
  project: z
    .string()
    .regex(/^[a-z0-9][a-z0-9_-]*$/, { error: 'expected small letters, digits, dashes and underscores' })
    .optional()
    .describe("The team's own compose project, where infrastructure runs. Default: as `docker compose` names it."),
  infrastructure: names
    .default([])
    .describe('Services of the compose file that are built here and nevertheless run once, beside both colours.'),
  ports: z
    .record(z.string(), port)
    .default({})
    .describe('Port inside the container by service, where the compose file publishes none or several.'),
  accept: names
    .default([])
    .describe('Answers to what `prepare` asks: the words that it prints, such as `shared-volume:uploads`.'),
  cli: argv().optional().describe('The compose CLI. Default: `docker compose`, else `docker-compose`.'),
  socket: z.string().min(1).default('/var/run/docker.sock').describe('Unix socket of the Docker daemon.'),
  'build-within': durationMs().prefault('15m').describe('Longest time of a build or a pull.'),
  'infrastructure-within': durationMs().prefault('2m').describe('How long infrastructure may take to be healthy.'),
});
export type ComposeConfig = z.infer<typeof schema>;
export type ComposeSlot = Slot<ComposeConfig>;

/** An environment's colour, and what is needed to act on it. */
export interface Scene {
  readonly host: ComposeHost;
  readonly engine: EngineDoor;
  readonly slot: ComposeSlot;
  /** Takes secrets out of what the CLI says. */
  readonly hide: (text: string) => string;
}

export const onScene = (host: ComposeHost, slot: ComposeSlot): Scene => ({
  ...{ host, slot },
  engine: host.engine(slot.config.socket),
  hide: host.redaction(slot.secrets),
});

type Names = Pick<Slot, 'project' | 'environment' | 'colour'>;
const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9_-]/g, '-');

/** The compose project of a colour: `medianest-staging-blue`. */
export const colourProject = ({ project, environment, colour }: Names): string =>
  `${plain(project)}-${plain(environment)}-${colour}`;

/** Only infrastructure and one colour are in it. */
export const linkNetwork = (slot: ComposeSlot): string => `${colourProject(slot)}_link`;

/** Beside the environments, because an image that was built for one is what runs in the next. */
export const imagesFolder = (slot: ComposeSlot): string => join(slot.stateDirectory, '..', '.images');

/** Where colours listen, whatever address the public ports have. */
export const LOOPBACK = '127.0.0.1';

/** What a container of ours carries. `state` tells two Greenrooms of one daemon apart: it is the folder of the environment. */
export const labelNames = {
  state: 'greenroom.state',
  environment: 'greenroom.environment',
  colour: 'greenroom.colour',
  service: 'greenroom.service',
  release: 'greenroom.release',
  epoch: 'greenroom.epoch',
  operation: 'greenroom.operation',
  /** The team's project whose infrastructure it uses. */
  team: 'greenroom.team',
} as const;

export const labelsOf = (slot: Slot<unknown>, service: string): Readonly<Record<string, string>> => ({
  ...slotLabels(slot, slot.colour),
  [labelNames.environment]: slot.environment,
  [labelNames.service]: service,
  [labelNames.release]: slot.release.id,
  [labelNames.epoch]: String(slot.epoch),
  [labelNames.operation]: slot.operation,
});

export const slotLabels = (slot: Pick<Slot, 'stateDirectory'>, colour: Colour): Readonly<Record<string, string>> => ({
  [labelNames.state]: slot.stateDirectory,
  [labelNames.colour]: colour,
});
