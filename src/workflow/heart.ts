import type { Lease } from '../kinds/lease.ts';
import { Fenced } from './engine.ts';

export interface Heart {
  beat(): Promise<void>;
  /** Before an effect: throws `Fenced` unless the last beat is fresh, or a new one is accepted. */
  prove(): Promise<void>;
  /** Asks the database now, and throws `Fenced` when this process may not act any more. */
  assertAlive(): Promise<void>;
  stop(): void;
}

interface HeartOptions {
  readonly onFenced: () => void;
  readonly revive: () => Promise<void>;
  readonly recover: () => Promise<void>;
}

/** Beats every quarter of the lease, declares the silent dead, and takes over what they left. */
export function startHeart(lease: Lease, { onFenced, revive, recover }: HeartOptions): Heart {
  let beatenAt = performance.now();
  let isFenced = false;
  let isSteady = false;
  // Whoever leaves of its own accord is not thrown out by a beat that was still on its way.
  let hasLeft = false;
  const fence = (): never => {
    if (!isFenced && !hasLeft) onFenced();
    isFenced = true;
    throw new Fenced();
  };
  const assertAlive = async () => {
    if (!(await lease.beat())) fence();
    beatenAt = performance.now();
  };
  const beat = async () => {
    const lastAt = beatenAt;
    await assertAlive();
    // Whoever could not beat for a while, because it was paused or the database away, knows nothing of the silence of others.
    const isInTime = beatenAt - lastAt < lease.ttlMs / 2;
    await lease.reap(isInTime && isSteady ? 'silent' : 'gone');
    isSteady = true;
    await recover();
  };
  const prove = async () => {
    if (isFenced) fence();
    if (performance.now() - beatenAt >= lease.ttlMs / 2) await assertAlive();
  };
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    void beat()
      .catch(async (error: unknown) => {
        if (!(error instanceof Fenced || hasLeft)) await revive().catch(() => {});
      })
      .finally(() => (busy = false));
  }, lease.ttlMs / 4);
  timer.unref();
  const stop = () => {
    hasLeft = true;
    clearInterval(timer);
  };
  return { beat, prove, assertAlive, stop };
}
