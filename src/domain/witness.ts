import type { Account } from './account.ts';
import { canonical, type Hash, type Json, type JsonObject } from './json.ts';
import { follows, type ChainedRecord } from './record.ts';
import { definitionHash, planHash, type Plan } from './plan.ts';
import type { Project } from './project.ts';
import { makeRelease, type Release } from './release.ts';
import type { Verdict } from './verdict.ts';

/** What is claimed of a deployment. */
export interface Claim {
  readonly plan: Plan;
  /** greenroom.yaml as it was understood then. */
  readonly model: Project;
  readonly verdict: Verdict | null;
  readonly endedAs: string | null;
}

/** What the log has to say of it. */
export interface Testimony {
  /** Sequence of the last record of the project's whole log that was changed; 0 when none was. */
  readonly lastBroken: number;
  /** The deployment that it is of, such as `staging/6`; null or absent: of none, or nobody knows. */
  readonly brokenIn?: string | null;
  /** Those of the deployment, in order. */
  readonly own: readonly ChainedRecord[];
}

/**
 * Why the log does not bear out what is claimed of a deployment; null when it does. A break from before the deployment began says nothing of
 * it, so that whoever finds one can prove a release anew.
 */
export function whyNotBorneOut(
  claim: Claim,
  { lastBroken, brokenIn = null, own }: Testimony,
  hash: Hash,
): string | null {
  const { verdict, endedAs } = claim;
  const [first] = own;
  if (!first) return 'the log says nothing of it';
  const ofWhom = brokenIn === null ? '' : `, which is of ${brokenIn},`;
  if (lastBroken >= first.sequence) return `record ${lastBroken} of the log${ofWhom} was changed`;
  const decided = own.findLast(({ kind, data }) => kind === 'step-ended' && verdictHash(data['facts']) !== null);
  const claimed = verdict && hash(canonical(verdict));
  if (verdictHash(decided?.data['facts']) !== claimed) return 'its verdict is not the recorded one';
  const ended = own.findLast(({ kind }) => kind === 'deployment-ended');
  if ((ended?.data['as'] ?? null) !== endedAs) return 'its end is not the recorded one';
  return whyNotItsPlan(claim, own, hash);
}

export function verdictHash(facts: unknown): string | null {
  const said = facts !== null && typeof facts === 'object' && 'verdict' in facts ? facts.verdict : null;
  return typeof said === 'string' ? said : null;
}

/** Conditions that somebody accepted, as the log of the deployment tells. */
export const acceptedByLog = (own: readonly ChainedRecord[]): Account['acceptedConditions'] =>
  own.flatMap(({ kind, actor, at, data }) =>
    kind === 'condition-accepted'
      ? [
          {
            id: String(data['condition']),
            by: actor,
            at,
            reason: typeof data['reason'] === 'string' ? data['reason'] : null,
          },
        ]
      : [],
  );

/** Fingerprint of the packages beside the release when it was prepared, as the log tells; null when there were none. */
export function besideByLog(own: readonly ChainedRecord[]): string | null {
  const beside = factOfPrepare(own, 'beside');
  return typeof beside === 'string' ? beside : null;
}

/** What the release was made into besides its tree (images), by service, as the log tells. */
export function madeByLog(own: readonly ChainedRecord[]): Readonly<Record<string, string>> {
  const made = factOfPrepare(own, 'made');
  if (made === null || typeof made !== 'object') return {};
  return Object.fromEntries(
    Object.entries(made).filter((each): each is [string, string] => typeof each[1] === 'string'),
  );
}

function factOfPrepare(own: readonly ChainedRecord[], name: string): Json {
  // The phase that prepares is the project's own.
  const prepared = own.findLast(
    ({ kind, data }) => kind === 'step-ended' && String(data['step']).split('/')[1] === 'prepare',
  );
  const facts = prepared?.data['facts'];
  if (facts === null || typeof facts !== 'object' || Array.isArray(facts)) return null;
  return (facts as JsonObject)[name] ?? null;
}

/** Why a deployment is not the one that was ordered and begun, as the log tells; null when it is. */
export function whyNotItsPlan(
  { plan, model }: Pick<Claim, 'plan' | 'model'>,
  own: readonly ChainedRecord[],
  hash: Hash,
): string | null {
  const ordered = own.find(({ kind }) => kind === 'deployment-requested')?.data;
  const began = own.find(({ kind }) => kind === 'deployment-began')?.data;
  const { release, environment, purpose } = plan;
  const isOrdered =
    ordered?.['release'] === release.id &&
    ordered['environment'] === environment &&
    ordered['purpose'] === purpose &&
    (ordered['urgent'] ?? false) === (plan.urgent ?? false);
  if (!isOrdered) return 'it is not what was ordered';
  if (began?.['plan'] !== planHash(plan, hash)) return 'its plan is not the recorded one';
  const place = model.environments.find((each) => each.name === environment);
  const isDefined = place && plan.definitionHash === definitionHash(model, place, hash);
  return isDefined ? null : 'its greenroom.yaml is not that of its plan';
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
  if (own.some(({ line, before }) => follows(line, before, hash))) return null;
  return `record ${own[0]!.line.sequence} of the log, which tells of its making, was changed`;
}
