// The copy of rows under the limits of the source: a rate, a gate that is shut while a replica is behind, a timeout for each statement.
import type { SourceLimits } from '../domain/refresh/source-limits.ts';
import { connect } from './connect.ts';
import type { CopyOrder } from './copy-exchange.ts';
import { openGate } from './pace.ts';
import { lagOf, watchLag } from './replica-lag.ts';

interface Throttled {
  readonly sourceUrl: string;
  readonly limits: SourceLimits;
  readonly workerCount: number;
  readonly signal: AbortSignal;
}

/** What the threads are told, and a signal that also ends them when nobody can see the replicas any more. */
export interface Throttle extends Pick<CopyOrder, 'bytesPerSecond' | 'gate'> {
  readonly sourceSettings: readonly string[];
  readonly signal: AbortSignal;
}

export async function throttled<T>(order: Throttled, work: (throttle: Throttle) => Promise<T>): Promise<T> {
  const { bytesPerSecond, replicaLagMs, statementTimeoutMs } = order.limits;
  const gate = openGate();
  const blind = new AbortController();
  const throttle: Throttle = {
    bytesPerSecond: bytesPerSecond === null ? null : bytesPerSecond / order.workerCount,
    gate,
    sourceSettings: statementTimeoutMs === null ? [] : [`SET LOCAL statement_timeout = ${statementTimeoutMs}`],
    signal: AbortSignal.any([order.signal, blind.signal]),
  };
  if (replicaLagMs === null) return work(throttle);
  const client = await connect({ url: order.sourceUrl, what: 'the source' }, true);
  try {
    await lagOf(client);
    const stop = watchLag(client, replicaLagMs, gate, (error) => blind.abort(error));
    try {
      return await work(throttle);
    } finally {
      stop();
    }
  } finally {
    await client.end().catch(() => {});
  }
}
