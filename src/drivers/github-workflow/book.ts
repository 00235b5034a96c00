import { join } from 'node:path';
import { z } from 'zod';
import type { Colour } from '../../kinds/driver.ts';
import { readJson } from '../../kinds/state-file.ts';
import type { RemoteScene } from '../wish/remote-scene.ts';
import { parseAddress, type Place } from '../wish/services.ts';
import type { GithubConfig } from './schema.ts';

type Scene = RemoteScene<GithubConfig>;
type Book = Readonly<Record<string, Place>>;

const bookSchema = z.record(z.string(), z.object({ host: z.string(), port: z.int() }));
const bookOf = ({ folder }: Scene, colour: string): string => join(folder, `addresses-${colour}.json`);

/** Where the services of a colour are: as greenroom.yaml says, else as the runs that started them said. */
export async function placesOf(scene: Scene, colour: Colour): Promise<Book> {
  const { addresses } = scene.config;
  if (!addresses) return (await readJson(scene.host, bookOf(scene, colour), bookSchema)) ?? {};
  return Object.fromEntries(Object.entries(addresses[colour]).map(([name, text]) => [name, parseAddress(text)!]));
}

/** Only an address; whether anything runs there is asked there. */
export async function notePlace(scene: Scene, colour: string, service: string, place: Place): Promise<void> {
  const book = (await readJson(scene.host, bookOf(scene, colour), bookSchema)) ?? {};
  await scene.host.write(bookOf(scene, colour), JSON.stringify({ ...book, [service]: place }));
}
