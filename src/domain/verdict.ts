import type { Outcome } from './outcome.ts';

/** One line of the policy: a question that must have an answer. Greenroom's own steps (`deployment/start`) are lines too. */
export interface RequiredCheck {
  readonly name: string;
  readonly phase: string;
  readonly kind: string;
  readonly blocking: boolean;
  /** What a pass after a failed attempt counts as; an attempt that could not judge says nothing of the release. */
  readonly flaky: 'pass' | 'warn' | 'fail';
  /** Where the file asks for it. */
  readonly where: string;
  /** Its condition keeps the traffic waiting until somebody accepts it, also where the environment says "proceed". */
  readonly holds?: true;
}

/** An answer as recorded. `evidence` is the hash of what was seen; null only when nothing could be measured. */
export interface CheckResult {
  readonly name: string;
  readonly phase: string;
  readonly outcome: Outcome;
  readonly reason: string;
  readonly findings: readonly ResultFinding[];
  readonly cause: string | null;
  readonly next: string | null;
  readonly evidence: string | null;
  /** Outcomes of every attempt in order; the last is `outcome`. */
  readonly attempts: readonly Outcome[];
  readonly releaseRevision: string;
  readonly environment: string;
  readonly beganAt: number;
  readonly endedAt: number;
}

export interface ResultFinding {
  readonly name: string;
  readonly outcome: Outcome;
  readonly value: string;
  readonly threshold: string | null;
}

/** What one of Greenroom's own steps came to, before it is recorded as an answer. */
export interface OwnAnswer {
  readonly outcome: Outcome;
  readonly reason: string;
  readonly findings: readonly ResultFinding[];
  readonly cause?: string;
  readonly next?: string;
}

export interface VerdictPolicy {
  readonly required: readonly RequiredCheck[];
  /** Older evidence counts as missing. */
  readonly evidenceMaxAgeMs: number;
  readonly conditions: { readonly owner: string; readonly dueWithinMs: number };
}

export type Decision = 'go' | 'conditional-go' | 'no-go';

export interface Verdict {
  readonly decision: Decision;
  /** Every reason of a no-go is an `error`: it could not be judged, nothing was judged bad. */
  readonly couldNotJudge: boolean;
  /** 100·Σs/Σw, pass 1, warn ½, else 0. Shown, never decisive. */
  readonly score: number;
  readonly lines: readonly VerdictLine[];
  readonly conditions: readonly Condition[];
  readonly decidedAt: number;
}

export interface VerdictLine {
  readonly name: string;
  readonly phase: string;
  readonly kind: string;
  readonly blocking: boolean;
  readonly outcome: Outcome;
  readonly flaky: boolean;
  readonly reason: string;
  readonly findings: readonly ResultFinding[];
  readonly cause: string | null;
  readonly next: string | null;
  readonly evidence: string | null;
  readonly where: string;
}

/** What a conditional go owes. */
export interface Condition {
  readonly id: string;
  readonly text: string;
  readonly owner: string;
  readonly dueAt: number;
}

export interface VerdictQuestion {
  readonly policy: VerdictPolicy;
  readonly results: readonly CheckResult[];
  readonly releaseRevision: string;
  readonly environment: string;
  readonly at: number;
}

/** Weighs recorded results against the policy. Pure: the same question gives the same verdict, byte for byte. */
export function weigh(question: VerdictQuestion): Verdict {
  const lines = question.policy.required.map((required) => line(required, question));
  const stopping = lines.filter((each) => each.blocking && (each.outcome === 'fail' || each.outcome === 'error'));
  const owed = lines.filter(
    (each) => each.outcome === 'warn' || (!each.blocking && (each.outcome === 'fail' || each.outcome === 'error')),
  );
  const nothingAsked = lines.every((each) => each.outcome === 'skip');
  const decision = stopping.length > 0 || nothingAsked ? 'no-go' : owed.length > 0 ? 'conditional-go' : 'go';
  const { owner, dueWithinMs } = question.policy.conditions;
  return {
    decision,
    couldNotJudge: decision === 'no-go' && stopping.every((each) => each.outcome === 'error'),
    score: score(lines),
    lines,
    conditions:
      decision === 'conditional-go'
        ? owed.map((each) => ({
            id: each.name,
            text: `${each.name}: ${each.reason}`,
            owner,
            dueAt: question.at + dueWithinMs,
          }))
        : [],
    decidedAt: question.at,
  };
}

/** Conditions that must be accepted before traffic moves: every one where the environment holds, else those of lines that hold. */
export function heldFor(verdict: Verdict, policy: VerdictPolicy, then: 'proceed' | 'hold'): readonly string[] {
  const holding = policy.required.filter((required) => then === 'hold' || required.holds);
  return verdict.conditions.map(({ id }) => id).filter((id) => holding.some((required) => required.name === id));
}

function line(required: RequiredCheck, question: VerdictQuestion): VerdictLine {
  const { name, phase, kind, blocking, where } = required;
  const result = question.results.findLast((each) => each.name === name);
  const missing = (reason: string, next: string): VerdictLine => ({
    ...{
      name,
      phase,
      kind,
      blocking,
      outcome: 'error',
      flaky: false,
      reason,
      findings: [],
      cause: null,
      next,
      evidence: null,
      where,
    },
  });
  if (!result)
    return missing(
      'was not measured: the deployment stopped before it',
      'Repair what stopped the deployment, then deploy again.',
    );
  if (result.releaseRevision !== question.releaseRevision)
    return missing('the evidence is of another release', 'Deploy this release again.');
  if (result.environment !== question.environment)
    return missing('the evidence is of another environment', 'Deploy this release here.');
  if (question.at - result.endedAt > question.policy.evidenceMaxAgeMs)
    return missing('the evidence is too old', 'Deploy this release again.');
  if (result.outcome === 'pass' && result.evidence === null)
    return missing('passed without evidence', 'Report this as a defect of the check.');
  const flaky =
    result.outcome === 'pass' && result.attempts.some((attempt) => attempt === 'fail' || attempt === 'warn');
  return {
    ...{ name, phase, kind, blocking, where, flaky },
    outcome: flaky ? required.flaky : result.outcome,
    reason: flaky
      ? `flaky: passed after ${result.attempts.length - 1} other ${result.attempts.length === 2 ? 'outcome' : 'outcomes'}; ${result.reason}`
      : result.reason,
    ...{ findings: result.findings, cause: result.cause, next: result.next, evidence: result.evidence },
  };
}

function score(lines: readonly VerdictLine[]): number {
  const asked = lines.filter((each) => each.outcome !== 'skip');
  const points = asked.reduce(
    (sum, each) => sum + (each.outcome === 'pass' ? 1 : each.outcome === 'warn' ? 0.5 : 0),
    0,
  );
  return asked.length === 0 ? 0 : Math.round((1000 * points) / asked.length) / 10;
}
