import { fail, type Failure } from '../../domain/failure.ts';
import type { Platform, Wish } from './colour.ts';
import { note, orderFor, place, type Handle, type Order, type Sent } from './orders.ts';
import type { RemoteScene } from './remote-scene.ts';
import { settleStarts, unprovenStarts } from './starts.ts';
import { gaveUp, missed, notLonger, notOver, notShown } from './remote-failures.ts';

/** A system behind an API: what is sent to it, and how it is told what came of that. */
export interface Remote {
  /** Null: nothing is sent for this action. */
  readonly sends: (action: Wish['action']) => boolean;
  /** Whether the same key may be sent again when nobody knows what came of it. */
  readonly isRepeatable: (action: Wish['action']) => boolean;
  /** One request. Answers that surely did nothing are `refused` with `afterMs`, or `failed` with a failure. */
  send(wish: Wish, order: Order, signal: AbortSignal): Promise<SendAnswer>;
  /** What the system says of an order now. */
  follow(handle: Handle, order: Order, signal: AbortSignal): Promise<FollowAnswer>;
  /** An order that is on record as sent, and nobody saw the answer. */
  find(order: Order, signal: AbortSignal): Promise<FindAnswer>;
  readonly limits: { readonly withinMs: number; readonly everyMs: number; readonly retryForMs: number };
}

export type SendAnswer = Sent & { readonly failure?: Failure; readonly afterMs?: number | null };
export type FollowAnswer =
  | { readonly status: 'done' | 'lost'; readonly said: string }
  | { readonly status: 'running'; readonly said: string; readonly afterMs?: number }
  | { readonly status: 'failed'; readonly failure: Failure }
  | Blind;
export type FindAnswer =
  | { readonly status: 'found'; readonly handle: Handle }
  /** It is not to be found, and will not be any more. */
  | { readonly status: 'unknown' }
  | { readonly status: 'wait'; readonly afterMs?: number }
  | Blind;
/** It cannot be told what became of it: the order stays open until its time is up. */
interface Blind {
  readonly status: 'blind';
  readonly failure: Failure;
}

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;
/** Orders of one wish whose end nobody saw, before it is given up. */
const MOST_LOST = 3;

/** The system as one that is wished things of. Throws `GR6431` to `GR6438` beside what `remote` throws. */
export function remotePlatform(scene: RemoteScene<unknown>, remote: Remote, askState: Platform['askState']): Platform {
  return {
    ...{ slot: scene.slot, askState, unproven: () => unprovenStarts(scene) },
    pursue: (wish, signal) => pursue(scene, remote, wish, signal),
    prove: (wish, look, signal) => prove(scene, remote, wish, look, signal),
  };
}

async function pursue(scene: RemoteScene<unknown>, remote: Remote, wish: Wish, signal: AbortSignal): Promise<boolean> {
  const { host } = scene;
  const untilMs = host.elapsed() + remote.limits.retryForMs;
  let pauseMs = FIRST_PAUSE_MS;
  for (;;) {
    const ours = await attend(scene, remote, wish.key, signal);
    if (ours?.end === 'done') return true;
    if (await wish.isSo(signal)) {
      if (ours?.end !== 'unknown') return false;
      await settleStarts(scene, wish, ours.key, signal);
      await note(scene, ours, { end: 'proven' }, 'its state shows it', signal);
      return false;
    }
    if (!remote.sends(wish.action)) return false;
    if (ours?.end === 'unknown' && !(await mayRepeat(scene, remote, wish, ours, signal))) continue;
    const placed = await place(scene, wish, (order) => remote.send(wish, order, signal), signal);
    if (placed === null) continue;
    if (placed.sent.failure) fail(placed.sent.failure);
    if (placed.order.end === 'refused') {
      const { said, afterMs = null } = placed.sent;
      const waitMs = afterMs ?? pauseMs;
      if (host.elapsed() + waitMs > untilMs) notLonger(scene, wish.doing, said, remote.limits.retryForMs, afterMs);
      await host.sleep(waitMs, signal);
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    }
  }
}

/** False after a pause: look again. Throws `GR6438` when it is not to be sent again and its state does not come to show it. */
async function mayRepeat(
  scene: RemoteScene<unknown>,
  { isRepeatable, limits }: Remote,
  { action }: Wish,
  order: Order,
  signal: AbortSignal,
): Promise<boolean> {
  if (isRepeatable(action)) {
    if (order.attempt > MOST_LOST) gaveUp(scene, order);
    return true;
  }
  if (sinceMs(scene, order) > limits.withinMs) missed(scene, order);
  await scene.host.sleep(limits.everyMs, signal);
  return false;
}

/** Waits until no order is open; answers the last one of this wish. Throws `GR6435` when one is not over long after its time. */
async function attend(
  scene: RemoteScene<unknown>,
  remote: Remote,
  key: string,
  signal: AbortSignal,
): Promise<Order | null> {
  for (;;) {
    const order = await orderFor(scene, key, signal);
    if (order === null || order.end !== null) return order;
    const waitMs = order.handle
      ? await followOnce(scene, remote, { ...order, handle: order.handle }, key, signal)
      : await findOnce(scene, remote, order, signal);
    // Whatever it asks for, it is looked at once more when its time is up.
    const leftMs = Math.max(remote.limits.withinMs - sinceMs(scene, order), 0) + remote.limits.everyMs;
    if (waitMs !== null) await scene.host.sleep(Math.max(Math.min(waitMs, leftMs), 1), signal);
  }
}

/** Null when it is over. */
async function followOnce(
  scene: RemoteScene<unknown>,
  remote: Remote,
  order: Order & { readonly handle: Handle },
  key: string,
  signal: AbortSignal,
): Promise<number | null> {
  const isLate = sinceMs(scene, order) > remote.limits.withinMs;
  const answer = await remote.follow(order.handle, order, signal);
  switch (answer.status) {
    case 'done':
      await note(scene, order, { end: 'done' }, answer.said, signal);
      return null;
    case 'failed':
      await note(scene, order, { end: 'failed' }, answer.failure.message, signal);
      return order.wish === key ? fail(answer.failure) : null;
    case 'lost':
      if (!isLate) return remote.limits.everyMs;
      await note(scene, order, { end: 'unknown' }, answer.said, signal);
      return null;
    case 'blind':
      return blind(scene, remote, order, answer.failure, signal);
    case 'running':
      if (isLate) notOver(scene, order, remote.limits.withinMs, answer.said);
      return Math.max(remote.limits.everyMs, answer.afterMs ?? 0);
    default:
      return answer satisfies never;
  }
}

async function blind(
  scene: RemoteScene<unknown>,
  { limits }: Remote,
  order: Order,
  failure: Failure,
  signal: AbortSignal,
): Promise<null> {
  if (sinceMs(scene, order) <= limits.withinMs) fail(failure);
  await note(scene, order, { end: 'unknown' }, failure.message, signal);
  return null;
}

async function findOnce(
  scene: RemoteScene<unknown>,
  remote: Remote,
  order: Order,
  signal: AbortSignal,
): Promise<number | null> {
  const answer = await remote.find(order, signal);
  if (answer.status === 'wait') return Math.max(remote.limits.everyMs, answer.afterMs ?? 0);
  if (answer.status === 'blind') return blind(scene, remote, order, answer.failure, signal);
  if (answer.status === 'found') await note(scene, order, { handle: answer.handle }, 'found by its key', signal);
  else await note(scene, order, { end: 'unknown' }, 'nobody saw its answer', signal);
  return null;
}

/** Its state may lag behind what it says is done, as long as an order may take. Throws `GR6437`. */
async function prove(
  scene: RemoteScene<unknown>,
  { limits }: Remote,
  wish: Wish,
  look: (signal: AbortSignal) => Promise<string | null>,
  signal: AbortSignal,
): Promise<void> {
  const { host } = scene;
  const untilMs = host.elapsed() + limits.withinMs;
  for (;;) {
    const seen = await look(signal);
    const order = await orderFor(scene, wish.key, signal);
    const ours = order?.wish === wish.key ? order : null;
    if (seen === null) {
      await settleStarts(scene, wish, ours?.key ?? wish.key, signal);
      if (ours) await note(scene, ours, { end: 'proven' }, 'its state shows it', signal);
      return;
    }
    if (host.elapsed() + limits.everyMs > untilMs) {
      if (ours) await note(scene, ours, { end: 'failed' }, `its state says that ${seen}`, signal);
      notShown(scene, wish.doing, seen, limits.withinMs);
    }
    await host.sleep(limits.everyMs, signal);
  }
}

/** A clock that was set back makes no order younger than it is. */
export const sinceMs = ({ host }: RemoteScene<unknown>, { startedAt }: Order): number =>
  Math.abs(host.now() - startedAt);
