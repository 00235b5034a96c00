import { fail } from '../../domain/failure.ts';
import type { SlotService } from '../../kinds/driver.ts';
import { fenced } from '../../kinds/fence.ts';
import { containersWith, inspect, removeContainer, signalContainer, type Container } from './containers.ts';
import { removeNetworks } from './networks.ts';
import { colourProject, labelNames, slotLabels, type Scene } from './scene.ts';

const POLL_MS = 50;

/** Ends the containers of a service in the colour, of whatever release; the last one takes the networks with it. */
export async function stopService(scene: Scene, service: SlotService, signal: AbortSignal): Promise<void> {
  const { engine, host, slot } = scene;
  const labels = slotLabels(slot, slot.colour);
  const ours = await fenced(host, slot, signal, () =>
    containersWith(engine, { ...labels, [labelNames.service]: service.name }),
  );
  for (const each of ours) await stopContainer(scene, each, service.stopGraceMs, signal);
  await fenced(host, slot, signal, async () => {
    const project = colourProject(slot);
    // Of whatever home: one of the same name that is somebody else's keeps its networks.
    const left = await containersWith(engine, { 'com.docker.compose.project': project });
    if (left.length === 0) await removeNetworks(engine, project);
  });
}

/**
 * Its own stop signal, after its grace SIGKILL; then it is gone. The wait lies outside the lock, and whoever came in with a
 * higher epoch meanwhile ends this by `GR6409`. A container is known by its id, so another of its name is never touched.
 */
export async function stopContainer(scene: Scene, container: Container, graceMs: number, signal: AbortSignal) {
  const { engine, host, slot } = scene;
  await fenced(host, slot, signal, () =>
    container.isLiving ? signalContainer(engine, container.id, container.stopSignal) : Promise.resolve(),
  );
  const untilMs = host.elapsed() + graceMs;
  while ((await inspect(engine, container.id))?.isLiving && host.elapsed() < untilMs) await host.sleep(POLL_MS, signal);
  await fenced(host, slot, signal, () => removeContainer(engine, container.id));
  const left = await inspect(engine, container.id);
  if (left?.isLiving) immortal(left);
}

function immortal(container: Container): never {
  fail({
    code: 'GR6414',
    message: `${container.name} is still there after SIGKILL.`,
    where: container.name,
    do: 'Look at the daemon ("docker inspect", its log): it often hangs on a dead disk or network file system.',
  });
}
