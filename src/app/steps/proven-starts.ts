import { startedAgain, type Starts } from '../../domain/started-again.ts';
import type { Instance } from '../../kinds/driver.ts';
import type { Site } from '../site.ts';
import { ownFacts } from './own-facts.ts';
import { goneOf } from './running-looks.ts';

/** When that began which the newest proof of this deployment has asked; empty where an older version recorded none. */
export async function provenStarts(site: Site): Promise<Starts> {
  const facts = (await ownFacts(site)).findLast((each) => each['began'] !== undefined);
  return (facts?.['began'] ?? {}) as unknown as Starts;
}

/** What of the new version is no longer what was proven, in words; null: it is. */
export async function endedSinceProof(site: Site, running: readonly Instance[]): Promise<string | null> {
  const gone = goneOf(site, running);
  return gone.length > 0
    ? `${gone.join(', ')} exited after it was proven`
    : startedAgain(await provenStarts(site), running);
}
