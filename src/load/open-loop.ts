import { startMetronome } from './metronome.ts';
import { assertLoadPlan, slotsOf, type LoadPlan } from './plan.ts';
import { Recorder } from './recorder.ts';
import type { LoadResult } from './result.ts';
import { Sender } from './sender.ts';
import { requestSequence } from './sequence.ts';

/** Time to wake the metronome's thread. */
const START_AFTER_MS = 100;

/**
 * Drives the plan open-loop in this process: requests leave at their intended time whether or not earlier ones were
 * answered, and latency counts from that time. Resolves when the last request has ended.
 * Rejects with the signal's reason when aborted; throws RangeError on a plan that cannot be driven.
 */
export async function runLoad(plan: LoadPlan, signal: AbortSignal): Promise<LoadResult> {
  assertLoadPlan(plan);
  signal.throwIfAborted();
  const senders = plan.targets.map((target) => new Sender(target, plan));
  try {
    return await drive(plan, senders, signal);
  } finally {
    await Promise.all(senders.map((sender) => sender.close()));
  }
}

async function drive(plan: LoadPlan, senders: readonly Sender[], signal: AbortSignal): Promise<LoadResult> {
  const slots = slotsOf(plan);
  const warmupSlots = Math.floor((plan.warmupMs / 1000) * plan.ratePerSecond);
  const recorders = plan.targets.map((target) => new Recorder(target.name, slots, plan.ratePerSecond));
  const choose = requestSequence(
    plan.requests.map((request) => request.weight),
    plan.seed,
  );
  const warmup = { sent: 0, failed: 0 };
  const open: Promise<void>[] = [];
  const { aborted, forget } = rejectOnAbort(signal);

  const fire = (slot: number, targetIndex: number, intendedMs: number): void => {
    const request = plan.requests[choose(slot)]!;
    const recorder = recorders[targetIndex]!;
    const ending = senders[targetIndex]!.send(request, intendedMs);
    if (slot < warmupSlots) {
      warmup.sent++;
      open.push(ending.then((ended) => void (warmup.failed += ended.class === 'ok' ? 0 : 1)));
      return;
    }
    recorder.started(performance.now() - intendedMs);
    open.push(ending.then((ended) => recorder.ended(slot - warmupSlots, ended)));
  };

  const startMs = performance.now() + START_AFTER_MS;
  try {
    await Promise.race([aborted, keepTime(plan, warmupSlots + slots, startMs, signal, fire)]);
    await Promise.race([aborted, Promise.all(open)]);
  } finally {
    forget();
  }
  const targets = recorders.map((recorder) => recorder.result());
  const lateCount = targets.reduce((sum, target) => sum + target.lateCount, 0);
  const startedAt = performance.timeOrigin + startMs + (warmupSlots * 1000) / plan.ratePerSecond;
  return { startedAt, seed: plan.seed, targets, lateCount, lateRatio: lateCount / (slots * targets.length), warmup };
}

type Fire = (slot: number, targetIndex: number, intendedMs: number) => void;

/** Calls `fire` for every slot and target at its intended time, or at once for all that are overdue. */
async function keepTime(
  plan: LoadPlan,
  slots: number,
  startMs: number,
  signal: AbortSignal,
  fire: Fire,
): Promise<void> {
  const targets = plan.targets.length;
  const turns = slots * targets;
  const gapMs = 1000 / (plan.ratePerSecond * targets);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let turn = 0;
  const fireAllDue = (): void => {
    if (signal.aborted) return resolve();
    try {
      for (; turn < turns && startMs + turn * gapMs <= performance.now(); turn++) {
        fire(Math.floor(turn / targets), targetOfTurn(turn, targets), startMs + turn * gapMs);
      }
    } catch (error) {
      return reject(error);
    }
    if (turn === turns) resolve();
    // The beat may come a hair too early, and no other one comes for this turn.
    else if (startMs + turn * gapMs - performance.now() < 0.2) setImmediate(fireAllDue);
  };
  const stop = startMetronome({ startMs, gapMs, beats: turns }, fireAllDue, reject);
  try {
    await promise;
  } finally {
    stop();
  }
}

/** Old, new, new, old: neither always comes first, so what one request leaves behind hits both alike. */
export function targetOfTurn(turn: number, targets: number): number {
  if (targets === 1) return 0;
  return (turn + Math.floor(turn / 2)) % 2;
}

function rejectOnAbort(signal: AbortSignal): { aborted: Promise<never>; forget: () => void } {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  return { aborted, forget: () => signal.removeEventListener('abort', onAbort) };
}
