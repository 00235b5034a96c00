import { join } from 'node:path';
import { z } from 'zod';
import type { GivenBack, SlotService } from '../../kinds/driver.ts';
import { fenced } from '../../kinds/fence.ts';
import { readJson } from '../../kinds/state-file.ts';
import { inspect, signalContainer, startContainer, type Container } from './containers.ts';
import { teamContainers } from './infrastructure.ts';
import type { ComposeSlot, Scene } from './scene.ts';
import type { Survey } from './survey.ts';

// The first colour needs the public port that the team's own containers hold. They are stopped and stay; a deployment that goes back
// starts them again, before the cut-over and after it, so that who tries Greenroom is not dark because a release was bad.

const POLL_MS = 100;
const ENDS_WITHIN_MS = 60_000;

const holderSchema = z.object({
  ...{ id: z.string(), name: z.string(), team: z.string(), service: z.string() },
  ...{ ports: z.array(z.number()), since: z.number() },
});
type Holder = z.infer<typeof holderSchema>;

const takenSchema = z.object({
  deployment: z.string(),
  holders: z.array(holderSchema).default([]),
  /** They have ended and are started again: one that runs now is not one that has not ended yet. */
  isGivenBack: z.boolean().default(false),
});

const takenOf = (slot: ComposeSlot): string => join(slot.stateDirectory, 'taken-over.json');

/** All attempts of all steps of a deployment begin alike. */
const deploymentOf = (slot: ComposeSlot): string => slot.operation.replace(/-\d+$/, '');

/** On record before it is stopped. Only where that was accepted. */
export async function takeOver(scene: Scene, { team }: Survey, service: SlotService): Promise<void> {
  const { engine, host, slot } = scene;
  const living = (await teamContainers(scene, team, service.name)).filter(
    (one) => one.isLiving && one.ports.length > 0,
  );
  if (living.length === 0) return;
  const deployment = deploymentOf(slot);
  const before = await readJson(host, takenOf(slot), takenSchema);
  const kept = before?.deployment === deployment ? before.holders : [];
  const added = living.filter(({ id }) => !kept.some((one) => one.id === id)).map((one) => holderOf(scene, team, one));
  await host.write(takenOf(slot), JSON.stringify({ deployment, holders: [...kept, ...added] }));
  for (const { id, stopSignal } of living) await signalContainer(engine, id, stopSignal);
}

const holderOf = ({ host }: Scene, team: string, { id, name, labels, ports }: Container): Holder => ({
  ...{ id, name, team, ports: [...ports], since: host.now() },
  service: labels['com.docker.compose.service'] ?? name,
});

/**
 * Only what this very deployment has stopped. `letGo` has the proxy leave the port: within the fence, so that it never ends the proxy
 * of a deployment that came later. Run again, it finds them running.
 */
export async function giveBack(
  scene: Scene,
  letGo: () => Promise<void>,
  signal: AbortSignal,
): Promise<readonly GivenBack[]> {
  const { host, slot } = scene;
  const taken = await readJson(host, takenOf(slot), takenSchema);
  if (taken?.deployment !== deploymentOf(slot) || taken.holders.length === 0) return [];
  if (!taken.isGivenBack) for (const each of taken.holders) await untilEnded(scene, each, signal);
  return fenced(host, slot, signal, async () => {
    await letGo();
    await host.write(takenOf(slot), JSON.stringify({ ...taken, isGivenBack: true }));
    const given: GivenBack[] = [];
    for (const each of taken.holders) given.push(await startAgain(scene, each));
    return given;
  });
}

/** It was told to. Outside of the lock, because it may take its time. */
async function untilEnded({ engine, host }: Scene, { id }: Holder, signal: AbortSignal): Promise<void> {
  const untilMs = host.elapsed() + ENDS_WITHIN_MS;
  while ((await inspect(engine, id))?.isLiving && host.elapsed() < untilMs) await host.sleep(POLL_MS, signal);
}

async function startAgain({ engine }: Scene, { id, name, team, service, ports, since }: Holder): Promise<GivenBack> {
  const given = { service, name: `container ${name}`, ports, since, toLook: `docker logs ${name}` };
  if ((await inspect(engine, id)) === null)
    return { ...given, problem: 'it was removed', toStart: `docker compose -p ${team} up -d ${service}` };
  return { ...given, problem: await startContainer(engine, id), toStart: `docker start ${name}` };
}
