import { canonical, type Hash } from './json.ts';
import { firstBroken, type ChainedRecord } from './record.ts';
import type { Plan } from './plan.ts';
import { makeRelease, type Release } from './release.ts';
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

/** Why a plan is not the one that was ordered and begun, as the log tells; null when it is. It names the release, the environment and the steps. */
export function whyNotItsPlan({ hash: _, ...plan }: Plan, own: readonly ChainedRecord[], hash: Hash): string | null {
  const ordered = own.find(({ kind }) => kind === 'deployment-requested')?.data;
  const began = own.find(({ kind }) => kind === 'deployment-began')?.data;
  const { release, environment, purpose } = plan;
  const isOrdered =
    ordered?.['release'] === release.id && ordered['environment'] === environment && ordered['purpose'] === purpose;
  if (!isOrdered) return 'it is not what was ordered';
  return began?.['plan'] === hash(canonical(plan)) ? null : 'its plan is not the recorded one';
}

/** What the log has of the making of a release: each line with the one before it. */
export interface MakingLine {
  readonly line: ChainedRecord;
  readonly before: ChainedRecord | null;
}

/** Why a stored release is not the one that was made: its id and revision follow from its parts, and the log tells of them. Null when it is. */
export function whyNotAsMade(
  project: string,
  release: Release,
  lines: readonly MakingLine[],
  hash: Hash,
): string | null {
  if (canonical(makeRelease(project, release.parts, hash)) !== canonical(release))
    return 'its parts are not those that its id names';
  const own = lines.filter(({ line }) => line.data['id'] === release.id && line.data['revision'] === release.revision);
  if (own.length === 0) return 'the log says nothing of its making';
  if (own.some(({ line, before }) => firstBroken([line], hash, before) === null)) return null;
  return `record ${own[0]!.line.sequence} of the log, which tells of its making, was changed`;
}
