import { canonical, type Hash } from './json.ts';
import { firstBroken, type ChainedRecord } from './record.ts';
import type { Verdict } from './verdict.ts';

export interface Testimony {
  /** The whole log of the project, in order. */
  readonly log: readonly ChainedRecord[];
  /** Those of the deployment. */
  readonly own: readonly ChainedRecord[];
  /** What is claimed of it. */
  readonly verdict: Verdict;
  readonly endedAs: string | null;
}

/**
 * Why the log does not bear out what is claimed of a deployment; null when it does. A break from before the deployment began says nothing of
 * it, so that whoever finds one can prove a release anew.
 */
export function whyNotBorneOut({ log, own, verdict, endedAs }: Testimony, hash: Hash): string | null {
  const [first] = own;
  const began = log.findIndex((record) => record.sequence === first?.sequence);
  if (began < 0) return 'the log says nothing of it';
  const broken = firstBroken(log.slice(began), hash, log[began - 1] ?? null);
  if (broken !== null) return `record ${broken} of the log was changed`;
  const decided = own.findLast(({ kind, data }) => kind === 'step-ended' && verdictHash(data['facts']) !== null);
  if (verdictHash(decided?.data['facts']) !== hash(canonical(verdict))) return 'its verdict is not the recorded one';
  const ended = own.findLast(({ kind }) => kind === 'deployment-ended');
  return (ended?.data['as'] ?? null) === endedAs ? null : 'its end is not the recorded one';
}

function verdictHash(facts: unknown): string | null {
  const said = facts !== null && typeof facts === 'object' && 'verdict' in facts ? facts.verdict : null;
  return typeof said === 'string' ? said : null;
}

/** Conditions that somebody accepted, as the log tells. */
export const acceptedByLog = (own: readonly ChainedRecord[]): readonly string[] =>
  own.flatMap(({ kind, data }) => (kind === 'condition-accepted' ? [String(data['condition'])] : []));

/** Fingerprint of the packages beside the release when it was prepared, as the log tells; null when there were none. */
export function besideByLog(own: readonly ChainedRecord[]): string | null {
  const prepared = own.findLast(({ kind, data }) => kind === 'step-ended' && data['step'] === 'deployment/prepare');
  const facts = prepared?.data['facts'];
  const beside = facts !== null && typeof facts === 'object' && 'beside' in facts ? facts.beside : null;
  return typeof beside === 'string' ? beside : null;
}
