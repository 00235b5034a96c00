import type { EvidenceBody } from '../../domain/account.ts';
import { canonical, type Json, type JsonObject } from '../../domain/json.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { Step } from '../../domain/step.ts';
import type { CheckResult, ResultFinding } from '../../domain/verdict.ts';
import { saveResult } from '../../store/results.ts';
import { lostLease, type Site } from '../site.ts';

export interface Answer {
  readonly name: string;
  readonly kind: string;
  readonly phase: string;
  readonly outcome: Outcome;
  readonly reason: string;
  readonly findings: readonly ResultFinding[];
  readonly cause?: string;
  readonly next?: string;
  readonly attempts: readonly Outcome[];
  readonly beganAt: number;
  /** What was seen; null when nothing could be. */
  readonly evidence: Omit<EvidenceBody, 'check' | 'kind'> | null;
}

/** Records an answer with its evidence, hashed by content, with every known secret taken out of both. */
export async function record(site: Site, answer: Answer): Promise<CheckResult> {
  const { world, deployment, release, environment } = site;
  const clean = <T>(value: T): T => JSON.parse(site.effects.redact(JSON.stringify(value))) as T;
  const body: EvidenceBody | null =
    answer.evidence && clean({ check: answer.name, kind: answer.kind, ...answer.evidence });
  const result: CheckResult = clean({
    ...{
      name: answer.name,
      phase: answer.phase,
      outcome: answer.outcome,
      reason: answer.reason,
      findings: answer.findings,
    },
    ...{
      cause: answer.cause ?? null,
      next: answer.next ?? null,
      attempts: answer.attempts,
      beganAt: answer.beganAt,
      endedAt: world.clock.now(),
    },
    ...{
      evidence: body && world.hash(canonical(body)),
      releaseRevision: release.revision,
      environment: environment.name,
    },
  });
  if (!(await saveResult(world.store, world.node, deployment.id, result, body))) lostLease();
  return result;
}

export interface StepAnswer {
  readonly outcome: Outcome;
  readonly reason: string;
  readonly findings?: readonly ResultFinding[];
  readonly cause?: string;
  readonly next?: string;
  readonly facts: JsonObject;
  readonly artifacts?: EvidenceBody['artifacts'];
}

/** Greenroom's own steps answer as lines of the verdict too. */
export async function recordStep(site: Site, step: Step, beganAt: number, answer: StepAnswer): Promise<void> {
  const { outcome, reason, findings = [], cause, next, facts, artifacts = [] } = answer;
  await record(site, {
    ...{
      name: step.name,
      kind: step.kind,
      phase: step.phase ?? '',
      outcome,
      reason,
      findings,
      attempts: [outcome],
      beganAt,
    },
    ...(cause !== undefined && { cause }),
    ...(next !== undefined && { next }),
    evidence: { config: null, data: facts as Json, plots: [], artifacts },
  });
}
