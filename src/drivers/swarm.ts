import { formatDuration } from '../domain/duration.ts';
import type { Command, Driver, Instance } from '../kinds/driver.ts';
import { commandsOf, expectTree, runCommand, type Change } from '../kinds/slot-commands.ts';
import { slotLabels } from './compose/scene.ts';
import { nodesOf, tasksWith } from './swarm/cluster.ts';
import { instanceOf } from './swarm/copies.ts';
import type { SwarmHost } from './swarm/host.ts';
import { madeOtherwise, readMade } from './swarm/made.ts';
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
    run: (command, slot, signal) => runCommand(command, onScene(host, slot), acts, signal),
    observe: (slot) => observe(onScene(host, slot)),
  };
}

function plan(change: Change, slot: SwarmSlot): readonly Command[] {
  const { colour, config, release } = slot;
  return commandsOf(change, slot, {
    prepare: () =>
      `prepare ${colour}: check ${release.id} byte for byte, read ${config.file.join(', ')}, refuse what cannot be in two colours of a swarm, settle images and bring them to every node`,
    start: ({ name }) =>
      `start ${name}: service ${serviceName(slot, name)} of the swarm, on one port of each node that has a copy`,
    stop: ({ name, stopGraceMs }) =>
      `stop ${name} of ${serviceName(slot, name)}: its stop signal, after ${formatDuration(stopGraceMs)} SIGKILL; volumes stay`,
  });
}

async function prepare(scene: Scene, signal: AbortSignal): Promise<void> {
  await expectTree(scene.host, scene.slot);
  await makeReady(scene, 'refuse', signal);
  await endOtherReleases(scene, signal);
}

const acts = { prepare, start: startService, stop: stopService };

/** What the swarm's manager tells by our labels. */
async function observe(scene: Scene): Promise<readonly Instance[]> {
  const { engine, slot } = scene;
  const services = await servicesOf(scene);
  if (services.length === 0) return [];
  const [tasks, nodes] = await Promise.all([tasksWith(engine, slotLabels(slot, slot.colour)), nodesOf(engine)]);
  const made = await readMade(scene);
  return services
    .flatMap((service) => {
      const instance = instanceOf(service, tasks, nodes);
      return instance ? [{ ...instance, ...madeOtherwise(scene, made, { service, tasks, nodes }) }] : [];
    })
    .toSorted((one, other) => (one.service < other.service ? -1 : 1));
}
