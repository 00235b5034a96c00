import { z } from 'zod';
import { expectGood, type Container } from './containers.ts';
import type { EngineDoor } from './host.ts';

const listed = z.array(z.object({ Id: z.string(), Name: z.string() }));
const inspected = z.object({ Id: z.string(), Containers: z.record(z.string(), z.unknown()).nullish() });

/** Makes a container known in a network under these names. Does nothing when it is in it. */
export async function joinNetwork(
  engine: EngineDoor,
  network: string,
  container: Container,
  aliases: readonly string[],
): Promise<void> {
  if (container.networks.includes(network)) return;
  const body = { Container: container.id, EndpointConfig: { Aliases: aliases } };
  const answer = await engine.call('POST', `/networks/${encodeURIComponent(network)}/connect`, body);
  // 403: it came in meanwhile.
  if (answer.status !== 403) expectGood(answer, `connect ${container.name} to ${network}`);
}

/** Removes the networks of a compose project; infrastructure that is in them goes on without them. */
export async function removeNetworks(engine: EngineDoor, project: string): Promise<void> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`com.docker.compose.project=${project}`] }));
  const networks = listed.parse(expectGood(await engine.call('GET', `/networks?filters=${filters}`), 'list networks'));
  for (const { Id: id, Name: name } of networks) {
    const answer = await engine.call('GET', `/networks/${id}`);
    if (answer.status === 404) continue;
    const { Containers: inside } = inspected.parse(expectGood(answer, `inspect ${name}`));
    for (const container of Object.keys(inside ?? {})) {
      const left = await engine.call('POST', `/networks/${id}/disconnect`, { Container: container, Force: true });
      if (left.status !== 404) expectGood(left, `disconnect ${container} from ${name}`);
    }
    const removed = await engine.call('DELETE', `/networks/${id}`);
    if (removed.status !== 404) expectGood(removed, `remove ${name}`);
  }
}
