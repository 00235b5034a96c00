import type { JsonObject } from '../../domain/json.ts';
import { startedAgain, type Starts } from '../../domain/started-again.ts';
import type { Instance } from '../../kinds/driver.ts';
import type { Site } from '../site.ts';
import { ownFacts } from './own-facts.ts';
import { goneOf } from './running-looks.ts';
import { logFiles } from './service-log.ts';

/** When that began which the newest proof of this deployment has asked; empty where an older version recorded none. */
export async function provenStarts(site: Site): Promise<Starts> {
  const facts = (await ownFacts(site)).findLast((each) => each['began'] !== undefined);
  return (facts?.['began'] ?? {}) as unknown as Starts;
}

export interface EndedSince {
  readonly reason: string;
  /** For the step that found it: where those that ended have written to, of which that is known. */
  readonly facts: JsonObject;
}

/** What of the new version is no longer what was proven; null: it is. */
export async function endedSinceProof(site: Site, running: readonly Instance[]): Promise<EndedSince | null> {
  const gone = goneOf(site, running);
  const reason =
    gone.length > 0 ? `${gone.join(', ')} exited after it was proven` : startedAgain(await provenStarts(site), running);
  if (reason === null) return null;
  const logs = await logFiles(site, gone);
  return { reason, facts: { ended: true, ...(logs.length > 0 && { logs }) } };
}
