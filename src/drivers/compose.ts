import { formatDuration } from '../domain/duration.ts';
import type { Command, Driver, Instance } from '../kinds/driver.ts';
import { commandsOf, expectTree, runCommand, type Change } from '../kinds/slot-commands.ts';
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
import { giveBack } from './compose/take-over.ts';

/** Services of the team's own compose file, in two colours beside their infrastructure. */
export function composeDriver(host: ComposeHost): Driver<ComposeConfig> {
  return {
    kind: 'compose',
    summary: "Two colours from the team's unchanged compose file; databases and caches run once beside them.",
    schema,
    plan,
    run: (command, slot, signal) => runCommand(command, onScene(host, slot), acts, signal),
    observe: (slot) => observe(onScene(host, slot)),
    lastLines: (slot, service) => lastLines(onScene(host, slot), service),
    made: (slot) => imagesMade(onScene(host, slot)),
    giveBack: (slot, letGo, signal) => giveBack(onScene(host, slot), letGo, signal),
  };
}

function plan(change: Change, slot: ComposeSlot): readonly Command[] {
  const { colour, config, release } = slot;
  const project = colourProject(slot);
  return commandsOf(change, slot, {
    prepare: () =>
      `prepare ${colour}: check ${release.id} byte for byte, read ${config.file.join(', ')}, refuse what cannot be in two colours, settle images by id, start infrastructure that does not run`,
    start: ({ name }) => `start ${name}: a container of compose project ${project} on a port of ${LOOPBACK}`,
    stop: ({ name, stopGraceMs }) =>
      `stop ${name} of ${project}: its stop signal, after ${formatDuration(stopGraceMs)} SIGKILL; volumes stay`,
  });
}

async function prepare(scene: Scene, signal: AbortSignal): Promise<void> {
  await expectTree(scene.host, scene.slot);
  await makeReady(scene, signal);
  await endOtherReleases(scene, signal);
}

const acts = { prepare, start: startService, stop: stopService };

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
