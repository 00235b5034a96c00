import type { Account } from '../domain/account.ts';
import { isVerification, verificationOf } from '../domain/verification.ts';
import { gist } from './gist.ts';
import { leftOut, reportLines, type ReportLine } from './lines.ts';
import { isoInstant } from './wording.ts';

/**
 * What others script against. Members are only ever added under the name `greenroom.report/1`; one that changes its
 * meaning or goes away gets `/2`. Instants are ISO 8601 in UTC or null, durations are milliseconds, hashes lower-case hex.
 * Strings are as recorded: whoever prints them must escape them.
 *
 * ```
 * { schema, verdict: 'go'|'conditional-go'|'no-go'|null, contradiction: string|null, couldNotJudge, score, ending: {as, reason}|null, status, summary,
 *   reasons: [{subject, text}], deployment: {id, number, purpose, actor, createdAt, decidedAt, endedAt, tookMs},
 *   project, environment, colour, release: {id, version, revision, commit, dirty, artifacts, configuration, migrations},
 *   replaces: releaseId|null,
 *   checks: [{name, phase, kind, outcome: 'pass'|'warn'|'fail'|'error'|'skip'|'pending', blocking, flaky, reason,
 *             findings: [{name, outcome, value, threshold}], cause, next, where, evidence, attempts, beganAt, endedAt}],
 *   leftOut: [{phase, name, reason}], conditions: [{id, text, owner, dueAt, accepted: {by, at, reason}|null}],
 *   phases: [{name, budgetMs, beganAt, endedAt, tookMs}],
 *   steps: [{name, kind, phase, status, reason, beganAt, endedAt, tookMs, facts}],
 *   verification: {outcome: 'pass'|'fail'|'error'|'skip', said}|null,
 *   plan: {hash, definitionHash}, record: {count, lastSequence, head} }
 * ```
 */
export function reportJson(account: Account): string {
  const { plan, verdict, records, contradiction } = account;
  const { sentence, reasons } = gist(account);
  const report = {
    schema: 'greenroom.report/1',
    verdict: contradiction === null ? (verdict?.decision ?? null) : null,
    contradiction,
    couldNotJudge: verdict?.couldNotJudge ?? false,
    score: verdict?.score ?? null,
    ending: account.ending,
    status: account.status,
    summary: sentence,
    reasons,
    deployment: deployment(account),
    project: plan.project,
    environment: plan.environment,
    colour: plan.colour,
    release: {
      id: plan.release.id,
      revision: plan.release.revision,
      ...plan.release.parts,
    },
    replaces: plan.standing.releaseId,
    checks: reportLines(account).map(check),
    leftOut: leftOut(account),
    conditions: conditions(account),
    phases: plan.phases.map(({ name, budgetMs }) => ({
      name,
      budgetMs,
      ...span(account, name),
    })),
    steps: account.steps.map(({ name, kind, phase, status, reason, facts, beganAt, endedAt }) => ({
      name,
      kind,
      phase,
      status,
      reason,
      ...instants(beganAt, endedAt),
      facts,
    })),
    verification: verification(account),
    plan: {
      hash: plan.hash,
      definitionHash: plan.definitionHash,
    },
    record: {
      count: records.length,
      lastSequence: records.at(-1)?.sequence ?? null,
      head: records.at(-1)?.hash ?? null,
    },
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}

const deployment = (account: Account): object => ({
  id: account.id,
  number: account.number,
  purpose: account.plan.purpose,
  actor: account.actor,
  createdAt: isoInstant(account.createdAt),
  decidedAt: isoInstant(account.verdict?.decidedAt ?? null),
  endedAt: isoInstant(account.endedAt),
  tookMs: account.endedAt === null ? null : account.endedAt - account.createdAt,
});

/** Of a rollback, once it had the traffic. */
const verification = ({ steps }: Account): object | null => {
  const step = steps.findLast((each) => isVerification(each.kind) && each.status !== 'running');
  if (!step) return null;
  return step.status === 'done' ? verificationOf(step.facts) : { outcome: 'error', said: step.reason ?? step.status };
};

const check = (line: ReportLine): object => ({
  name: line.name,
  phase: line.phase,
  kind: line.kind,
  outcome: line.outcome,
  blocking: line.blocking,
  flaky: line.flaky,
  reason: line.reason,
  findings: line.findings,
  cause: line.cause,
  next: line.next,
  where: line.where,
  evidence: line.evidence,
  attempts: line.result?.attempts ?? [],
  beganAt: isoInstant(line.result?.beganAt ?? null),
  endedAt: isoInstant(line.result?.endedAt ?? null),
});

const conditions = (account: Account): readonly object[] =>
  (account.verdict?.conditions ?? []).map((condition) => {
    const accepted = account.acceptedConditions.findLast((each) => each.id === condition.id);
    return {
      ...condition,
      dueAt: isoInstant(condition.dueAt),
      accepted: accepted ? { by: accepted.by, at: isoInstant(accepted.at), reason: accepted.reason } : null,
    };
  });

function span(account: Account, phase: string): object {
  const steps = account.steps.filter((step) => step.phase === phase);
  if (steps.length === 0) return instants(null, null);
  const open = steps.some((step) => step.endedAt === null);
  return instants(
    Math.min(...steps.map((step) => step.beganAt)),
    open ? null : Math.max(...steps.map((step) => step.endedAt ?? 0)),
  );
}

const instants = (beganAt: number | null, endedAt: number | null): object => ({
  beganAt: isoInstant(beganAt),
  endedAt: isoInstant(endedAt),
  tookMs: beganAt === null || endedAt === null ? null : endedAt - beganAt,
});
