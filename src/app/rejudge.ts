import type { Account } from '../domain/account.ts';
import { canonical, type Json } from '../domain/json.ts';
import { weigh, type Verdict } from '../domain/verdict.ts';
import type { World } from './world.ts';

export interface Rejudged {
  /** The recorded evidence, judged and weighed again, gives the recorded verdict byte for byte. */
  readonly same: boolean;
  readonly verdict: Verdict | null;
  /** Checks whose evidence does not match its hash or whose judgement came out differently. */
  readonly different: readonly string[];
}

/** Judges a deployment again from its record alone. */
export function rejudge(world: Pick<World, 'checks' | 'hash'>, account: Account): Rejudged {
  const different = account.results.filter((result) => !agrees(world, account, result)).map((result) => result.name);
  if (account.verdict === null) return { same: different.length === 0, verdict: null, different };
  const { plan } = account;
  const decidedAt = account.verdict.decidedAt;
  const results = account.results.filter((result) => result.endedAt <= decidedAt);
  const verdict = weigh({
    policy: plan.policy,
    results,
    releaseRevision: plan.release.revision,
    environment: plan.environment,
    at: decidedAt,
  });
  return { same: different.length === 0 && canonical(verdict) === canonical(account.verdict), verdict, different };
}

function agrees(world: Pick<World, 'checks' | 'hash'>, account: Account, result: Account['results'][number]): boolean {
  if (result.evidence === null) return result.outcome !== 'pass';
  const body = account.evidence[result.evidence];
  if (!body || world.hash(canonical(body)) !== result.evidence) return false;
  const check = world.checks.get(body.kind);
  if (!check) return true;
  const judgement = check.judge(body.config as Json & never, body.data as Json & never);
  return judgement.outcome === result.outcome && judgement.reason === result.reason;
}
