import { fail } from '../../domain/failure.ts';
import type { SlotService } from '../../kinds/driver.ts';
import { fenced } from '../../kinds/fence.ts';
import { settlePorts } from '../process/ports.ts';
import { folderOf } from '../process/places.ts';
import { lastWords } from './cli.ts';
import { colourFile } from './colour-file.ts';
import { containersWith, inspect, removeContainer, startContainer, type Container } from './containers.ts';
import { linkInfrastructure } from './infrastructure.ts';
import { keepMade } from './made.ts';
import { joinNetwork } from './networks.ts';
import { makeReady, type Ready } from './ready.ts';
import { colourProject, labelNames, LOOPBACK, slotLabels, type Scene } from './scene.ts';
import { stopContainer } from './stop.ts';
import { takeOver } from './take-over.ts';

const CREATE_MS = 90_000;
const TRIES = 3;

export const containersOf = ({ engine, slot }: Scene): Promise<readonly Container[]> =>
  containersWith(engine, slotLabels(slot, slot.colour));

export const serviceOf = (container: Container): string => container.labels[labelNames.service] ?? '';
const releaseOf = (container: Container): string => container.labels[labelNames.release] ?? '';

/**
 * Does nothing when this release runs there. The CLI only makes containers; they are started by their id after a look at what
 * was made, so that a CLI that outlived a dead control plane starts nothing. Throws `GR6409` `GR6411` `GR6440` to `GR6449`.
 */
export async function startService(scene: Scene, service: SlotService, signal: AbortSignal): Promise<void> {
  await endOtherReleases(scene, signal);
  if (await fenced(scene.host, scene.slot, signal, () => isSo(scene, service))) return;
  const ready = await makeReady(scene, signal);
  await fenced(scene.host, scene.slot, signal, async () => {
    if (!(await isSo(scene, service))) await bringUp(scene, ready, service, signal);
  });
}

async function isSo(scene: Scene, service: SlotService): Promise<boolean> {
  const living = (await containersOf(scene)).filter((each) => serviceOf(each) === service.name && each.isLiving);
  for (const each of living) if (releaseOf(each) !== scene.slot.release.id) occupied(scene, each);
  return living.some(({ isRunning }) => isRunning);
}

async function bringUp(scene: Scene, ready: Ready, service: SlotService, signal: AbortSignal): Promise<void> {
  const { engine, host, slot } = scene;
  const text = await fileOf(scene, ready);
  const parameters = ['up', '--no-start', '--no-deps', '--no-recreate', service.name];
  for (let tries = 1; ; tries += 1) {
    for (const each of await containersOf(scene))
      if (serviceOf(each) === service.name) await removeContainer(engine, each.id);
    const end = await ready.cli.onText(colourProject(slot), text, parameters, CREATE_MS);
    if (end.exitCode !== 0) notStarted(scene, service, lastWords(scene, end));
    const made = (await containersOf(scene)).find((each) => serviceOf(each) === service.name);
    if (made && isAsOrdered(scene, ready, made)) return start(scene, ready, made, service);
    // A CLI of an earlier attempt, whose control plane was killed, came between.
    if (tries === TRIES) notStarted(scene, service, 'the container that was made is not the one that was asked for');
    await host.sleep(100 * tries, signal);
    if (made) await removeContainer(engine, made.id);
  }
}

function isAsOrdered({ slot }: Scene, { images }: Ready, made: Container): boolean {
  const { operation, epoch } = labelNames;
  return (
    releaseOf(made) === slot.release.id &&
    made.labels[operation] === slot.operation &&
    made.labels[epoch] === String(slot.epoch) &&
    made.image === images[serviceOf(made)]
  );
}

async function start(scene: Scene, ready: Ready, made: Container, service: SlotService): Promise<void> {
  const { engine, slot } = scene;
  const project = colourProject(slot);
  await linkInfrastructure(scene, ready.survey);
  // docker-compose 1.29 joins only the first network before a start.
  const declared = ready.survey.apps.find(({ name }) => name === service.name)?.service.networks ?? {};
  for (const network of ['default', 'link', ...Object.keys(declared)]) {
    const external = ready.model.networks[network];
    const name = external?.external ? (external.name ?? network) : `${project}_${network}`;
    await joinNetwork(engine, name, made, [service.name, ...(declared[network]?.aliases ?? [])]);
  }
  // Before ours runs, so that a control plane that dies between the two leaves the rest to the next.
  await takeOver(scene, ready.survey, service);
  await keepMade(scene, service.name, made);
  const refused = await startContainer(engine, made.id);
  if (refused === null) return;
  const now = await inspect(engine, made.id);
  if (now) await removeContainer(engine, now.id);
  notStarted(scene, service, refused);
}

/** One loopback port for each service of the colour, kept: a restart of the daemon finds it again. */
async function fileOf(scene: Scene, ready: Ready): Promise<string> {
  const { host, slot } = scene;
  await host.makeFolder(folderOf(slot));
  const someRun = (await containersOf(scene)).some(({ isLiving }) => isLiving);
  const ports = await settlePorts(host, { ...slot, host: LOOPBACK }, someRun);
  return colourFile(slot, { ...ready, ports });
}

/** A colour holds one release: what an older one left there ends first, also services that the new one no longer has. */
export async function endOtherReleases(scene: Scene, signal: AbortSignal): Promise<void> {
  const { host, slot } = scene;
  for (const each of (await containersOf(scene)).filter((one) => releaseOf(one) !== slot.release.id)) {
    if (each.isLiving && slot.epoch <= Number(each.labels[labelNames.epoch]))
      await fenced(host, slot, signal, async () => occupied(scene, each));
    const graceMs = slot.services.find(({ name }) => name === serviceOf(each))?.stopGraceMs ?? 10_000;
    await stopContainer(scene, each, graceMs, signal);
  }
}

function occupied({ slot }: Scene, container: Container): never {
  fail({
    code: 'GR6411',
    message: `${slot.colour} of ${slot.environment} runs ${serviceOf(container)} of ${releaseOf(container)} (container ${container.name}), started under epoch ${container.labels[labelNames.epoch]}; ${slot.release.id} under epoch ${slot.epoch} may not replace it.`,
    where: container.name,
    do: 'Stop that colour first, or deploy again so that a new epoch is given.',
  });
}

function notStarted({ slot }: Scene, service: SlotService, reason: string): never {
  fail({
    code: 'GR6447',
    message: `${service.name} of ${slot.release.id} could not be started in ${slot.colour}: ${reason}`,
    where: `${slot.config.file.join(', ')} (services.${service.name})`,
    do: 'Look at what Docker says; ports and names that others hold are seen by "docker ps -a".',
  });
}
