import { FailureError } from '../domain/failure.ts';
import type { TrafficHandle, TrafficState } from '../kinds/traffic.ts';

const changedByHand = 'GR7472';

/** What a proxy tells when it is brought back by being pointed again: several do not serve the same, or somebody has changed one. */
const mendable: ReadonlySet<string> = new Set(['GR7470', changedByHand]);

const codeOf = (error: unknown): string | null => (error instanceof FailureError ? error.failures[0]!.code : null);

/** What somebody has done to a proxy by hand, in words; null for every other reason that it cannot tell what it does. */
export const handWork = (error: unknown): string | null =>
  codeOf(error) === changedByHand ? (error as FailureError).failures[0]!.message : null;

/** Whether it gave no sure answer: it runs and hangs. */
export const hangs = (error: unknown): boolean => codeOf(error) === 'GR7403';

/** Several proxies that do not serve the same, or a map that Greenroom did not write. */
const contradictory: ReadonlySet<string> = new Set(['GR7470', 'GR7434']);

/** That the proxies serve something else than they were pointed to, in words; null for every other reason that they cannot tell. */
export const disagreement = (error: unknown): string | null =>
  contradictory.has(codeOf(error) ?? '') ? (error as FailureError).failures[0]!.message : null;

/**
 * Whether a proxy has to be brought up. What somebody has done to one by hand is no such thing: bringing up leaves it, so that it shows
 * until it is pointed again.
 */
export async function hasGone(traffic: TrafficHandle): Promise<boolean> {
  try {
    return (await traffic.current()) === null;
  } catch (error) {
    const code = codeOf(error);
    if (code !== null && mendable.has(code)) return code !== changedByHand;
    throw error;
  }
}

/** What gets new requests now. Null when a proxy is down, or has to be brought back. */
export async function soundTraffic(traffic: TrafficHandle): Promise<TrafficState | null> {
  try {
    return await traffic.current();
  } catch (error) {
    const code = codeOf(error);
    if (code !== null && mendable.has(code)) return null;
    throw error;
  }
}
