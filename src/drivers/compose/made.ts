import { join } from 'node:path';
import { z } from 'zod';
import { readJson } from '../../kinds/state-file.ts';
import { folderOf } from '../process/places.ts';
import type { Container } from './containers.ts';
import type { Scene } from './scene.ts';

// A container keeps its image, command and environment as long as it lives; another one can wear its labels. What was made is
// therefore on record by its id before it is started, with a hash of each part to say what another one has otherwise.

const madeSchema = z.object({ id: z.string(), image: z.string(), command: z.string(), environment: z.string() });
type Made = z.infer<typeof madeSchema>;
type Colour = Readonly<Record<string, Made>>;

const fileOf = ({ slot }: Scene): string => join(folderOf(slot), '.made.json');

/** By service; empty where nothing was made yet, or by a version that kept no such record. */
export const readMade = async (scene: Scene): Promise<Colour> =>
  (await readJson(scene.host, fileOf(scene), z.record(z.string(), madeSchema))) ?? {};

/** Under the lock of the environment. */
export async function keepMade(scene: Scene, service: string, container: Container): Promise<void> {
  const made = await readMade(scene);
  await scene.host.write(fileOf(scene), JSON.stringify({ ...made, [service]: seen(scene, container) }));
}

const seen = ({ host }: Scene, { id, image, command, environment }: Container): Made => ({
  ...{ id, image, command: host.hash(command), environment: host.hash(JSON.stringify(environment)) },
});

/** Nothing to add where it is the container that was made. */
export function differencesOf(
  scene: Scene,
  container: Container,
  made: Made | undefined,
): { readonly differences?: readonly string[] } {
  if (made === undefined || made.id === container.id) return {};
  const now = seen(scene, container);
  const others = (['image', 'command', 'environment'] as const).filter((part) => now[part] !== made[part]);
  const how = others.length === 0 ? '' : `, with another ${others.join(' and ')}`;
  return { differences: [`runs in a container that Greenroom did not start (${container.name})${how}`] };
}
