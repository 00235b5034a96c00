import { FailureError } from '../domain/failure.ts';
import type { TrafficHandle, TrafficState } from '../kinds/traffic.ts';

/** What a proxy tells when it is brought back by being pointed again: several do not serve the same, servers were taken out by hand. */
const mendable: ReadonlySet<string> = new Set(['GR7470', 'GR7472']);

/**
 * Whether a proxy has to be brought up. What somebody has done to one by hand (GR7472) is no such thing: bringing up leaves it, so that it shows
 * until it is pointed again.
 */
export async function hasGone(traffic: TrafficHandle): Promise<boolean> {
  try {
    return (await traffic.current()) === null;
  } catch (error) {
    const code = error instanceof FailureError ? error.failures[0]!.code : null;
    if (code === 'GR7470' || code === 'GR7472') return code === 'GR7470';
    throw error;
  }
}

/** What gets new requests now. Null when a proxy is down, or has to be brought back. */
export async function soundTraffic(traffic: TrafficHandle): Promise<TrafficState | null> {
  try {
    return await traffic.current();
  } catch (error) {
    if (error instanceof FailureError && mendable.has(error.failures[0]!.code)) return null;
    throw error;
  }
}
