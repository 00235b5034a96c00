import { fail, FailureError } from '../domain/failure.ts';
import { formatDuration } from '../domain/duration.ts';
import type { Command, Driver, Instance } from '../kinds/driver.ts';
import type { ComposeHost } from './compose/host.ts';
import { lastLines } from './compose/last-lines.ts';
import { imagesMade } from './compose/images.ts';
import { differencesOf, readMade } from './compose/made.ts';
import { makeReady } from './compose/ready.ts';
import {
  colourProject,
  labelNames,
  LOOPBACK,
  onScene,
  schema,
  type ComposeConfig,
  type ComposeSlot,
  type Scene,
} from './compose/scene.ts';
import { containersOf, endOtherReleases, serviceOf, startService } from './compose/start.ts';
import { stopService } from './compose/stop.ts';

/** Services of the team's own compose file, in two colours beside their infrastructure. */
export function composeDriver(host: ComposeHost): Driver<ComposeConfig> {
  return {
    kind: 'compose',
    summary: "Two colours from the team's unchanged compose file; databases and caches run once beside them.",
    schema,
    plan,
    run: (command, slot, signal) => run(command, onScene(host, slot), signal),
    observe: (slot) => observe(onScene(host, slot)),
    lastLines: (slot, service) => lastLines(onScene(host, slot), service),
    made: (slot) => imagesMade(onScene(host, slot)),
  };
}

function plan(change: 'prepare' | 'start' | 'stop', slot: ComposeSlot): readonly Command[] {
  const { colour, config, release, services } = slot;
  const project = colourProject(slot);
  switch (change) {
    case 'prepare': {
      const text = `prepare ${colour}: check ${release.id} byte for byte, read ${config.file.join(', ')}, refuse what cannot be in two colours, settle images by id, start infrastructure that does not run`;
      return [{ kind: 'prepare', text, service: null }];
    }
    case 'start':
      return services.map(({ name }) => ({
        ...{ kind: 'start', service: name },
        text: `start ${name}: a container of compose project ${project} on a port of ${LOOPBACK}`,
      }));
    case 'stop':
      return services.map(({ name, stopGraceMs }) => ({
        ...{ kind: 'stop', service: name },
        text: `stop ${name} of ${project}: its stop signal, after ${formatDuration(stopGraceMs)} SIGKILL; volumes stay`,
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
    message: `The compose driver has no command "${command.kind}" for ${command.service ?? 'no service'}.`,
    do: 'Make the plan again; it was made by another version of Greenroom or for other services.',
  });
}

async function prepare(scene: Scene, signal: AbortSignal): Promise<void> {
  const { host, slot } = scene;
  const tree = await host.verifyTree(slot.artifactDirectory, slot.release.artifact);
  if (!tree.ok) throw new FailureError(...tree.failures);
  await makeReady(scene, signal);
  await endOtherReleases(scene, signal);
}

/** What the daemon tells by our labels; where a port is published is asked of it too. */
async function observe(scene: Scene): Promise<readonly Instance[]> {
  const containers = (await containersOf(scene)).filter(({ isRunning, ports }) => isRunning && ports.length > 0);
  const made = await readMade(scene);
  return containers
    .map((container) => ({
      ...{ service: serviceOf(container), host: LOOPBACK, port: container.ports[0]! },
      // Its pid is one of the daemon's machine; the container's id tells it better.
      ...{ pid: null, startedTicks: null, log: null },
      releaseId: container.labels[labelNames.release] ?? '',
      startedAt: container.startedAt,
      ...differencesOf(scene, container, made[serviceOf(container)]),
    }))
    .toSorted((one, other) => (one.service < other.service ? -1 : 1));
}
