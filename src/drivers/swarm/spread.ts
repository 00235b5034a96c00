import { z } from 'zod';
import { fail } from '../../domain/failure.ts';
import { expectGood } from '../compose/containers.ts';
import type { EngineDoor } from '../compose/host.ts';
import { tagOf } from '../compose/images.ts';
import type { Node } from './cluster.ts';
import type { Scene } from './scene.ts';

const inspected = z.object({ Id: z.string(), RepoDigests: z.array(z.string()).nullish() });
const told = z.object({ Swarm: z.object({ NodeID: z.string() }) });

/**
 * What the swarm is to run for an image of this manager: its digest where a registry has it, so that nodes fetch it themselves; else its id,
 * when every node that may run it has it or was brought it. Throws `GR7452`.
 */
export async function spread(
  scene: Scene,
  { service, image, self, nodes }: { service: string; image: string; self: string; nodes: readonly Node[] },
): Promise<string> {
  const { engine, host, slot } = scene;
  const here = inspected.parse(expectGood(await engine.call('GET', `/images/${image}/json`), `look at ${image}`));
  const [digest] = here.RepoDigests ?? [];
  if (digest !== undefined) return digest;
  for (const node of nodes.filter(({ id, isReady }) => isReady && id !== self)) {
    const socket = slot.config.nodes[node.name];
    if (socket === undefined) return notThere(node, service, 'no registry has it, and its daemon is not known');
    const other = host.engine(socket);
    const { NodeID: answers } = told.parse(expectGood(await other.call('GET', '/info'), 'tell of its swarm')).Swarm;
    if (answers !== node.id) return notThere(node, service, `${socket} leads to another daemon`);
    if (await has(other, image)) continue;
    const tag = tagOf(scene.compose.slot, service);
    await host.copyImage(slot.config.socket, socket, tag);
    if (!(await has(other, image))) return notThere(node, service, 'what was brought there is another image');
  }
  return image;
}

async function has(engine: EngineDoor, image: string): Promise<boolean> {
  const answer = await engine.call('GET', `/images/${image}/json`);
  return answer.status !== 404 && inspected.parse(expectGood(answer, `look at ${image}`)).Id === image;
}

const notThere = (node: Node, service: string, reason: string): never =>
  fail({
    code: 'GR7452',
    message: `The image of ${service} is not on ${node.name}: ${reason}.`,
    where: `environments.<name>.driver.nodes.${node.name}`,
    do: `Name the socket of its daemon under "nodes" (another machine's can be forwarded: "ssh -NL /run/${node.name}.sock:/var/run/docker.sock ${node.name}"), let the file name an image of a registry, or drain the node.`,
  });
