import { z } from 'zod';
import type { Slot } from '../../kinds/driver.ts';
import { durationMs } from '../../kinds/fields.ts';
import type { EngineDoor } from '../compose/host.ts';
import { schema as composeSchema, type Scene as ComposeScene } from '../compose/scene.ts';
import type { SwarmHost } from './host.ts';

const { 'env-file': environmentFile, ports, accept, cli, 'build-within': buildWithin } = composeSchema.shape;

export const schema = z.strictObject({
  file: composeSchema.shape.file
    .prefault('docker-stack.yml')
    .describe('Stack file of the release, or several of which later ones win. Left as they are.'),
  'env-file': environmentFile,
  stack: composeSchema.shape.project.describe(
    "The team's own stack, where infrastructure runs. Default: as `docker compose` names the project.",
  ),
  nodes: z
    .record(z.string(), z.string().min(1))
    .default({})
    .describe(
      'Unix socket of the daemon of each other node, by its host name: images that no registry has are brought there.',
    ),
  ports,
  accept,
  cli,
  socket: z.string().min(1).default('/var/run/docker.sock').describe('Unix socket of a manager of the swarm.'),
  'build-within': buildWithin,
  'start-within': durationMs().prefault('2m').describe('How long all copies of a service may take to run.'),
});
export type SwarmConfig = z.infer<typeof schema>;
export type SwarmSlot = Slot<SwarmConfig>;

export interface Scene {
  readonly host: SwarmHost;
  readonly engine: EngineDoor;
  readonly slot: SwarmSlot;
  /** The same for what is shared with the driver `compose`: the CLI that reads the file, and images. */
  readonly compose: ComposeScene;
}

export function onScene(host: SwarmHost, slot: SwarmSlot): Scene {
  const { stack, nodes: _, 'start-within': __, ...config } = slot.config;
  const engine = host.engine(config.socket);
  const shared = { profiles: [], infrastructure: [], 'infrastructure-within': 0, project: stack };
  const hide = host.redaction(slot.secrets);
  return { host, engine, slot, compose: { host, engine, hide, slot: { ...slot, config: { ...config, ...shared } } } };
}
