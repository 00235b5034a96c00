import { FailureError } from '../domain/failure.ts';
import type { TrafficHandle, TrafficState } from '../kinds/traffic.ts';

/** What gets new requests now. Null when a proxy is down, or several do not serve the same (`GR7470`): whoever ensures it brings it back. */
export async function soundTraffic(traffic: TrafficHandle): Promise<TrafficState | null> {
  try {
    return await traffic.current();
  } catch (error) {
    if (error instanceof FailureError && error.failures[0]?.code === 'GR7470') return null;
    throw error;
  }
}
