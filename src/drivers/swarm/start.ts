import { fail } from '../../domain/failure.ts';
import type { SlotService } from '../../kinds/driver.ts';
import { fenced } from '../../kinds/fence.ts';
import { expectGood } from '../compose/containers.ts';
import { labelNames, slotLabels } from '../compose/scene.ts';
import { nodesFor, nodesOf, servicesWith, tasksWith, type Service, type Task } from './cluster.ts';
import { runningOn } from './copies.ts';
import { forgetMade, keepMade, madeOtherwise, readMade } from './made.ts';
import { raiseNetworks } from './networks.ts';
import { makeReady, type Ready } from './ready.ts';
import type { Scene } from './scene.ts';
import { seal } from './sealed.ts';
import { serviceSpec } from './spec.ts';
import { endService } from './stop.ts';

const POLL_MS = 100;
/** Copies that ended since the start began, and none runs: it will not run later either. */
const ENOUGH_ENDS = 2;

export const servicesOf = ({ engine, slot }: Scene): Promise<readonly Service[]> =>
  servicesWith(engine, slotLabels(slot, slot.colour));

const labelOf = ({ Spec: spec }: Service, name: keyof typeof labelNames): string =>
  spec.Labels?.[labelNames[name]] ?? '';
const named = (service: Service): string => labelOf(service, 'service');

/**
 * Does nothing when this release runs there; waits until every copy runs for which a node is there. A service is made by one call, so that
 * there is no half of one. Throws `GR6409` `GR6411` `GR6440` to `GR6447`, `GR7450` to `GR7458`.
 */
export async function startService(scene: Scene, service: SlotService, signal: AbortSignal): Promise<void> {
  const { host, slot } = scene;
  await endOtherReleases(scene, signal);
  await endChanged(scene, service, signal);
  if (!(await fenced(host, slot, signal, () => isSo(scene, service)))) {
    const ready = await makeReady(scene, 'go-on', signal);
    await fenced(host, slot, signal, async () => {
      if (await isSo(scene, service)) return;
      await create(scene, ready, service);
      await isSo(scene, service);
    });
  }
  await untilRunning(scene, service, signal);
}

/** Also puts on record what was made, where a control plane that made it could not. */
async function isSo(scene: Scene, service: SlotService): Promise<boolean> {
  const mine = (await servicesOf(scene)).filter((each) => named(each) === service.name);
  for (const each of mine) if (labelOf(each, 'release') !== scene.slot.release.id) occupied(scene, each);
  for (const each of mine) await keepMade(scene, service.name, each);
  return mine.length > 0;
}

async function create(scene: Scene, ready: Ready, { name, stopGraceMs }: SlotService): Promise<void> {
  const { engine, host, slot } = scene;
  const { model, survey, services, images } = ready;
  const service = services[name]!;
  // Never one that a service has: what comes back from a lost node may still answer on an old one.
  const taken = (await servicesWith(engine)).flatMap(({ Spec: spec }) => spec.EndpointSpec?.Ports ?? []);
  const avoid = new Set([...taken.flatMap(({ PublishedPort: port }) => port ?? []), ...slot.publicPorts]);
  const spec = serviceSpec(slot, {
    ...{ name, service, stopGraceMs, stack: survey.team, image: images[name]! },
    target: survey.apps.find((app) => app.name === name)!.target,
    port: await host.freePort('0.0.0.0', avoid),
    networks: await raiseNetworks(scene, survey, model, name),
    secrets: await seal(scene, 'secrets', model, service.secrets),
    configs: await seal(scene, 'configs', model, service.configs),
  });
  await forgetMade(scene, name);
  const answer = await engine.call('POST', '/services/create', spec);
  if (answer.status >= 400)
    notStarted(scene, name, `Docker refused it (${answer.status}): ${JSON.stringify(answer.body)}`);
  expectGood(answer, `make the service ${name} of ${slot.colour}`);
}

/** What somebody changed so that no copy runs (scaled to nothing, another image) does not come back by waiting. Nobody is interrupted. */
async function endChanged(scene: Scene, { name }: SlotService, signal: AbortSignal): Promise<void> {
  const { engine, slot } = scene;
  const mine = (await servicesOf(scene)).filter((each) => named(each) === name);
  if (mine.length === 0) return;
  const [tasks, nodes] = await Promise.all([tasksWith(engine, slotLabels(slot, slot.colour)), nodesOf(engine)]);
  const made = await readMade(scene);
  for (const service of mine) {
    const runs = runningOn(
      tasks.filter(({ ServiceID: id }) => id === service.ID),
      nodes,
    );
    const { differences } = madeOtherwise(scene, made, { service, tasks, nodes });
    if (runs.length === 0 && differences) await endService(scene, service, signal);
  }
}

async function untilRunning(scene: Scene, { name }: SlotService, signal: AbortSignal): Promise<void> {
  const { engine, host, slot } = scene;
  const look = (): Promise<readonly Task[]> =>
    tasksWith(engine, { ...slotLabels(slot, slot.colour), [labelNames.service]: name });
  const before = new Set(endedIn(await look()).map(({ ID: id }) => id));
  const untilMs = host.elapsed() + slot.config['start-within'];
  for (;;) {
    const service = (await servicesOf(scene)).find((each) => named(each) === name);
    if (!service) return notStarted(scene, name, 'somebody removed it meanwhile');
    const nodes = await nodesOf(engine);
    const tasks = (await look()).filter(({ ServiceID: id }) => id === service.ID);
    const room = nodesFor(nodes, service.Spec.TaskTemplate.Placement?.Constraints ?? []).filter(
      ({ isReady }) => isReady,
    );
    const wanted = Math.min(service.Spec.Mode.Replicated?.Replicas ?? Infinity, room.length);
    const running = runningOn(tasks, nodes).length;
    if (wanted > 0 && running >= wanted) return;
    const ends = endedIn(tasks).filter(({ ID: id }) => !before.has(id));
    const isHopeless = running === 0 && ends.length >= ENOUGH_ENDS;
    if (isHopeless || host.elapsed() > untilMs) {
      const said = [...ends, ...tasks].flatMap(({ Status: { Err: error } }) => error ?? [])[0] ?? 'no copy has ended';
      notStarted(scene, name, `${running} of ${wanted} copies run: ${said}`);
    }
    await host.sleep(POLL_MS, signal);
  }
}

const endedIn = (tasks: readonly Task[]): readonly Task[] =>
  tasks.filter(({ Status: { State: state } }) => ['failed', 'rejected', 'complete'].includes(state));

/** A colour holds one release: what an older one left there ends first, also services that the new one no longer has. */
export async function endOtherReleases(scene: Scene, signal: AbortSignal): Promise<void> {
  const { host, slot } = scene;
  for (const each of await servicesOf(scene)) {
    if (labelOf(each, 'release') === slot.release.id) continue;
    if (slot.epoch <= Number(labelOf(each, 'epoch')))
      await fenced(host, slot, signal, async () => occupied(scene, each));
    await endService(scene, each, signal);
  }
}

function occupied({ slot }: Scene, service: Service): never {
  fail({
    code: 'GR6411',
    message: `${slot.colour} of ${slot.environment} runs ${named(service)} of ${labelOf(service, 'release')} (service ${service.Spec.Name}), started under epoch ${labelOf(service, 'epoch')}; ${slot.release.id} under epoch ${slot.epoch} may not replace it.`,
    where: service.Spec.Name,
    do: 'Stop that colour first, or deploy again so that a new epoch is given.',
  });
}

function notStarted({ slot }: Scene, service: string, reason: string): never {
  fail({
    code: 'GR7456',
    message: `${service} of ${slot.release.id} could not be started in ${slot.colour}: ${reason}`,
    where: `${slot.config.file.join(', ')} (services.${service})`,
    do: 'Look at "docker service ps --no-trunc" and "docker service logs" of it.',
  });
}
