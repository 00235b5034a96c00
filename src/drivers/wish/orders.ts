import { join } from 'node:path';
import { z } from 'zod';
import { fenced } from '../../kinds/fence.ts';
import { readJson } from '../../kinds/state-file.ts';
import type { Wish } from './colour.ts';
import type { RemoteScene } from './remote-scene.ts';
import { noteStart, takeBack } from './starts.ts';

// One order at a time in an environment, on record before it is sent:
//   orders.json (open) → request, under the fence → handle → followed to its end → orders.json (ended) → state → proven
// Whoever finds an open order waits for its end before anything else is sent, also when it was another control plane's.

const orderSchema = z.object({
  sequence: z.int(),
  /** Key of the wish. */
  wish: z.string(),
  /** Key of what was sent: that of the wish, counted on after an end that is known. */
  key: z.string(),
  generation: z.int(),
  attempt: z.int(),
  doing: z.string(),
  action: z.enum(['prepare', 'start', 'stop']),
  colour: z.string(),
  service: z.string().nullable(),
  epoch: z.int(),
  startedAt: z.number(),
  /** What the system calls it; null while that is not known. */
  handle: z.record(z.string(), z.string()).nullable(),
  /** What came back when it was sent, for people. */
  answer: z.string().default(''),
  /** `done` is the system's word, `proven` what its state showed. `refused`: it surely did nothing. */
  end: z.enum(['done', 'proven', 'failed', 'refused', 'unknown']).nullable(),
});
export type Order = z.infer<typeof orderSchema>;
export type Handle = Readonly<Record<string, string>>;

/** The last order of each wish of an operation. Older operations are over, but for one that may be open. */
const ordersSchema = z.array(orderSchema);

const ordersOf = ({ folder }: RemoteScene<unknown>): string => join(folder, 'orders.json');
export const logOf = ({ folder }: RemoteScene<unknown>): string => join(folder, 'orders.log');

/** The order that is open, else the last one of this wish. Throws `GR6409` when another control plane has taken over. */
export const orderFor = (scene: RemoteScene<unknown>, wish: string, signal: AbortSignal): Promise<Order | null> =>
  fenced(scene.host, scene.slot, signal, async () => {
    const orders = await read(scene);
    return orders.find(({ end }) => end === null) ?? orders.find((each) => each.wish === wish) ?? null;
  });

/** Changes an order that is still on record. */
export async function note(
  scene: RemoteScene<unknown>,
  order: Order,
  change: Partial<Pick<Order, 'handle' | 'end'>>,
  said: string,
  signal: AbortSignal,
): Promise<void> {
  await fenced(scene.host, scene.slot, signal, async () => {
    const now = (await read(scene)).find(({ sequence }) => sequence === order.sequence);
    if (now) await write(scene, { ...now, ...change }, said);
  });
}

/** What came of a request that was sent. */
export interface Sent {
  readonly handle?: Handle;
  readonly end?: Exclude<Order['end'], 'proven'>;
  /** It surely began nothing, also where it failed. */
  readonly didNothing?: boolean;
  /** For the log. */
  readonly said: string;
}

/**
 * Puts an order on record and sends it, both under the fence; null when another one is open. The lock is held until it is
 * answered: a control plane that is paused in between keeps others out rather than sending later.
 */
export async function place<Answer extends Sent>(
  scene: RemoteScene<unknown>,
  wish: Wish,
  send: (order: Order) => Promise<Answer>,
  signal: AbortSignal,
): Promise<{ readonly order: Order; readonly sent: Answer } | null> {
  const { host, slot } = scene;
  return fenced(host, slot, signal, async () => {
    const orders = await read(scene);
    if (orders.some(({ end }) => end === null)) return null;
    const last = orders.find((each) => each.wish === wish.key);
    // After an end that is known the same key would only be answered from memory.
    const isAgain = last?.end === 'unknown' || last?.end === 'refused';
    const generation = (last?.generation ?? 0) + (isAgain ? 0 : 1);
    const sequence = Math.max(0, ...orders.map((each) => each.sequence)) + 1;
    const order: Order = {
      ...{ sequence, wish: wish.key, generation, attempt: isAgain ? last.attempt + 1 : 1 },
      key: generation === 1 ? wish.key : `${wish.key}/${generation}`,
      ...{ doing: wish.doing, action: wish.action, colour: slot.colour },
      service: wish.action === 'prepare' ? null : (wish.services[0]?.name ?? null),
      ...{ epoch: slot.epoch, startedAt: host.now(), handle: null, answer: '', end: null },
    };
    const isNew = await noteStart(scene, wish, order.key);
    await write(scene, order, 'to be sent');
    const sent = await send(order);
    const now = { ...order, handle: sent.handle ?? null, answer: scene.hide(sent.said), end: sent.end ?? null };
    await write(scene, now, sent.said);
    if (isNew && (sent.end === 'refused' || sent.didNothing)) await takeBack(scene, order.key);
    return { order: now, sent };
  });
}

const read = async (scene: RemoteScene<unknown>): Promise<readonly Order[]> =>
  (await readJson(scene.host, ordersOf(scene), ordersSchema)) ?? [];

async function write(scene: RemoteScene<unknown>, order: Order, said: string): Promise<void> {
  const { host, hide, slot } = scene;
  const others = (await read(scene)).filter(
    ({ wish, end }) => wish !== order.wish && (end === null || wish.startsWith(`${slot.operation}/`)),
  );
  await host.write(ordersOf(scene), JSON.stringify([...others, order]));
  const at = new Date(host.now()).toISOString();
  const head = `${at} ${order.doing} ${order.key} attempt ${order.attempt}`;
  await host.append(logOf(scene), `${hide(`${head}: ${order.end ?? 'open'}: ${said}`)}\n`);
}
