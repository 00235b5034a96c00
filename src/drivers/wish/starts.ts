import { join } from 'node:path';
import { z } from 'zod';
import type { Slot } from '../../kinds/driver.ts';
import { fenced, type FenceHost } from '../../kinds/fence.ts';
import { readJson } from '../../kinds/state-file.ts';

// A start that was sent may have begun something that no state knows of: a run that failed half-way, an answer that was lost.
//   starts.json (sent) → shown by the state, or a stop was carried out → gone from it
// What stands in it is stopped by a wish, whatever the state says.

const startSchema = z.object({
  colour: z.string(),
  service: z.string(),
  release: z.string(),
  /** Key under which it was sent. */
  key: z.string(),
});
export type SentStart = z.infer<typeof startSchema>;

export interface StartsPlace {
  readonly host: FenceHost;
  readonly slot: Slot<unknown>;
  readonly folder: string;
}

/** As much of a wish as is needed here. */
interface Act {
  readonly action: string;
  readonly services: readonly { readonly name: string }[];
}

const fileOf = ({ folder }: StartsPlace): string => join(folder, 'starts.json');
const read = async (place: StartsPlace): Promise<readonly SentStart[]> =>
  (await readJson(place.host, fileOf(place), z.array(startSchema))) ?? [];
const write = (place: StartsPlace, starts: readonly SentStart[]): Promise<void> =>
  place.host.write(fileOf(place), JSON.stringify(starts));

/** Starts in the colour that were sent, and neither shown by the state nor undone by a stop since. */
export const unprovenStarts = async (place: StartsPlace): Promise<readonly SentStart[]> =>
  (await read(place)).filter(({ colour }) => colour === place.slot.colour);

/** Puts a start on record, under the fence, before it is sent. False when the key stands there already: what was sent under it before may have acted. */
export async function noteStart(place: StartsPlace, { action, services }: Act, key: string): Promise<boolean> {
  const { slot } = place;
  const starts = await read(place);
  if (action !== 'start' || starts.some((each) => each.key === key)) return false;
  const start = { colour: slot.colour, service: services[0]!.name, release: slot.release.id, key };
  await write(place, [...starts, start]);
  return true;
}

/** Under the fence: what was sent under this key surely began nothing. */
export const takeBack = (place: StartsPlace, key: string): Promise<void> => without(place, (each) => each.key === key);

/** The state shows what was wished: this start is known to it, or every start of this service is undone. */
export async function settleStarts(
  place: StartsPlace,
  { action, services }: Act,
  key: string,
  signal: AbortSignal,
): Promise<void> {
  const isSettled = (each: SentStart): boolean =>
    action === 'start'
      ? each.key === key
      : action === 'stop' && each.colour === place.slot.colour && each.service === services[0]?.name;
  if (!(await read(place)).some(isSettled)) return;
  await fenced(place.host, place.slot, signal, () => without(place, isSettled));
}

async function without(place: StartsPlace, isOver: (start: SentStart) => boolean): Promise<void> {
  await write(
    place,
    (await read(place)).filter((each) => !isOver(each)),
  );
}
