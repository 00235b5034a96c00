import { fail, FailureError } from '../domain/failure.ts';
import { formatDuration } from '../domain/duration.ts';
import type { Command, Driver, Instance } from '../kinds/driver.ts';
import { slotLabels } from './compose/scene.ts';
import { nodesOf, tasksWith } from './swarm/cluster.ts';
import { instanceOf } from './swarm/copies.ts';
import type { SwarmHost } from './swarm/host.ts';
import { makeReady } from './swarm/ready.ts';
import { onScene, schema, type Scene, type SwarmConfig, type SwarmSlot } from './swarm/scene.ts';
import { serviceName } from './swarm/spec.ts';
import { endOtherReleases, servicesOf, startService } from './swarm/start.ts';
import { stopService } from './swarm/stop.ts';

/** Services of the team's own stack file, in two colours over the nodes of a swarm, beside their infrastructure. */
export function swarmDriver(host: SwarmHost): Driver<SwarmConfig> {
  return {
    kind: 'swarm',
    summary: "Two colours from the team's unchanged stack file, over the nodes of a Docker swarm.",
    schema,
    plan,
    run: (command, slot, signal) => run(command, onScene(host, slot), signal),
    observe: (slot) => observe(onScene(host, slot)),
  };
}

function plan(change: 'prepare' | 'start' | 'stop', slot: SwarmSlot): readonly Command[] {
  const { colour, config, release, services } = slot;
  switch (change) {
    case 'prepare': {
      const text = `prepare ${colour}: check ${release.id} byte for byte, read ${config.file.join(', ')}, refuse what cannot be in two colours of a swarm, settle images and bring them to every node`;
      return [{ kind: 'prepare', text, service: null }];
    }
    case 'start':
      return services.map(({ name }) => ({
        ...{ kind: 'start', service: name },
        text: `start ${name}: service ${serviceName(slot, name)} of the swarm, on one port of each node that has a copy`,
      }));
    case 'stop':
      return services.map(({ name, stopGraceMs }) => ({
        ...{ kind: 'stop', service: name },
        text: `stop ${name} of ${serviceName(slot, name)}: its stop signal, after ${formatDuration(stopGraceMs)} SIGKILL; volumes stay`,
      }));
    default:
      return change satisfies never;
  }
}

async function run(command: Command, scene: Scene, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (command.kind === 'prepare') return prepare(scene, signal);
  const service = scene.slot.services.find(({ name }) => name === command.service);
  if (service && command.kind === 'start') return startService(scene, service, signal);
  if (service && command.kind === 'stop') return stopService(scene, service, signal);
  fail({
    code: 'GR6404',
    message: `The swarm driver has no command "${command.kind}" for ${command.service ?? 'no service'}.`,
    do: 'Make the plan again; it was made by another version of Greenroom or for other services.',
  });
}

async function prepare(scene: Scene, signal: AbortSignal): Promise<void> {
  const { host, slot } = scene;
  const tree = await host.verifyTree(slot.artifactDirectory, slot.release.artifact);
  if (!tree.ok) throw new FailureError(...tree.failures);
  await makeReady(scene, 'refuse', signal);
  await endOtherReleases(scene, signal);
}

/** What the swarm's manager tells by our labels. */
async function observe(scene: Scene): Promise<readonly Instance[]> {
  const { engine, slot } = scene;
  const services = await servicesOf(scene);
  if (services.length === 0) return [];
  const [tasks, nodes] = await Promise.all([tasksWith(engine, slotLabels(slot, slot.colour)), nodesOf(engine)]);
  return services
    .flatMap((service) => instanceOf(service, tasks, nodes) ?? [])
    .toSorted((one, other) => (one.service < other.service ? -1 : 1));
}
