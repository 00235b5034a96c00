import { join } from 'node:path';
import { z } from 'zod';
import type { SlotService } from '../../kinds/driver.ts';
import { fenced } from '../../kinds/fence.ts';
import { readJson } from '../../kinds/state-file.ts';
import { inspect, signalContainer, startContainer } from './containers.ts';
import { teamContainers } from './infrastructure.ts';
import type { ComposeSlot, Scene } from './scene.ts';
import type { Survey } from './survey.ts';

// The first colour needs the public port that the team's own containers hold. They are stopped and stay; a deployment that ends before
// the cut-over starts them again, so that who tries Greenroom is not dark because a check said no.

const POLL_MS = 100;
const ENDS_WITHIN_MS = 60_000;

const takenSchema = z.object({ deployment: z.string(), containers: z.array(z.string()) });

const takenOf = (slot: ComposeSlot): string => join(slot.stateDirectory, 'taken-over.json');

/** All attempts of all steps of a deployment begin alike. */
const deploymentOf = (slot: ComposeSlot): string => slot.operation.replace(/-\d+$/, '');

/** On record before it is stopped. Only where that was accepted. */
export async function takeOver(scene: Scene, { team }: Survey, service: SlotService): Promise<void> {
  const { engine, host, slot } = scene;
  const holders = (await teamContainers(scene, team, service.name)).filter(
    (one) => one.isLiving && one.ports.length > 0,
  );
  if (holders.length === 0) return;
  const deployment = deploymentOf(slot);
  const before = await readJson(host, takenOf(slot), takenSchema);
  const kept = before?.deployment === deployment ? before.containers : [];
  const containers = [...new Set([...kept, ...holders.map(({ id }) => id)])];
  await host.write(takenOf(slot), JSON.stringify({ deployment, containers }));
  for (const { id, stopSignal } of holders) await signalContainer(engine, id, stopSignal);
}

/** Only what this very deployment has stopped. A port that the proxy holds by now stays with it: after the cut-over nothing is given back. */
export async function giveBack(scene: Scene, signal: AbortSignal): Promise<void> {
  const { engine, host, slot } = scene;
  const taken = await readJson(host, takenOf(slot), takenSchema);
  if (taken?.deployment !== deploymentOf(slot)) return;
  for (const id of taken.containers) {
    const untilMs = host.elapsed() + ENDS_WITHIN_MS;
    while ((await inspect(engine, id))?.isLiving && host.elapsed() < untilMs) await host.sleep(POLL_MS, signal);
    await fenced(host, slot, signal, () => startContainer(engine, id));
  }
}
