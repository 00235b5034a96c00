import { fail } from '../../domain/failure.ts';
import type { SlotService } from '../../kinds/driver.ts';
import { fenced } from '../../kinds/fence.ts';
import { expectGood } from '../compose/containers.ts';
import { labelNames, slotLabels } from '../compose/scene.ts';
import { nodesOf, servicesWith, tasksWith, type Service, type Task } from './cluster.ts';
import { removeNetwork } from './networks.ts';
import type { Scene } from './scene.ts';
import { removeSealed } from './sealed.ts';

const POLL_MS = 100;
/** What a node needs to tell of an end, beyond the grace of the service. */
const REPORT_MS = 30_000;
const NETWORK_MS = 5_000;

/** Ends a service of the colour, of whatever release; the last one takes secrets, configs and the network with it. */
export async function stopService(scene: Scene, { name }: SlotService, signal: AbortSignal): Promise<void> {
  const { engine, host, slot } = scene;
  const labels = slotLabels(slot, slot.colour);
  const ours = await fenced(host, slot, signal, () => servicesWith(engine, { ...labels, [labelNames.service]: name }));
  for (const each of ours) await endService(scene, each, signal);
  const untilMs = host.elapsed() + NETWORK_MS;
  for (;;) {
    const isClear = await fenced(host, slot, signal, async () => {
      if ((await servicesWith(engine, labels)).length > 0) return true;
      await removeSealed(scene);
      return removeNetwork(scene);
    });
    if (isClear || host.elapsed() > untilMs) return;
    await host.sleep(POLL_MS, signal);
  }
}

/**
 * The swarm sends each copy its stop signal, after the service's grace SIGKILL. Waited for where nodes answer; one that is lost ends its
 * copies when it comes back, and no proxy knows their port any more. The wait lies outside the lock.
 */
export async function endService(scene: Scene, service: Service, signal: AbortSignal): Promise<void> {
  const { engine, host, slot } = scene;
  const { Spec: spec, ID: id } = service;
  const labels = { ...spec.Labels };
  const own = Object.fromEntries(
    [labelNames.state, labelNames.colour, labelNames.service].map((name) => [name, labels[name] ?? '']),
  );
  await fenced(host, slot, signal, async () => {
    const answer = await engine.call('DELETE', `/services/${id}`);
    if (answer.status !== 404) expectGood(answer, `remove the service ${spec.Name}`);
  });
  const graceMs = slot.services.reduce((longest, each) => Math.max(longest, each.stopGraceMs), 10_000);
  const untilMs = host.elapsed() + graceMs + REPORT_MS;
  for (;;) {
    const living = await livingOf(scene, own, id);
    if (living.length === 0) return;
    if (host.elapsed() > untilMs) immortal(spec.Name);
    await host.sleep(POLL_MS, signal);
  }
}

const over: ReadonlySet<string> = new Set(['complete', 'shutdown', 'failed', 'rejected', 'orphaned', 'remove']);

async function livingOf(
  { engine }: Scene,
  labels: Readonly<Record<string, string>>,
  service: string,
): Promise<readonly Task[]> {
  const tasks = await tasksWith(engine, labels);
  const ready = new Set((await nodesOf(engine)).filter(({ isReady }) => isReady).map(({ id }) => id));
  return tasks.filter(
    ({ ServiceID: id, NodeID: node, Status: { State: state } }) =>
      id === service && node !== undefined && ready.has(node) && !over.has(state),
  );
}

function immortal(name: string): never {
  fail({
    code: 'GR6414',
    message: `A copy of ${name} is still there after SIGKILL.`,
    where: name,
    do: 'Look at the daemon of its node ("docker ps", its log): it often hangs on a dead disk or network file system.',
  });
}
