import type { Account, EvidenceBody } from '../domain/account.ts';
import { owesConditions } from '../domain/answers.ts';
import type { CheckResult, Condition, VerdictLine } from '../domain/verdict.ts';
import type { Shown } from './wording.ts';

/** A line of the verdict with what was recorded of it; drawn from results alone while there is no verdict. */
export interface ReportLine extends Omit<VerdictLine, 'outcome'> {
  readonly outcome: Shown;
  readonly result: CheckResult | null;
  readonly body: EvidenceBody | null;
}

export function reportLines(account: Account): readonly ReportLine[] {
  const decided = account.verdict?.lines ?? [];
  const lines: readonly (Omit<VerdictLine, 'outcome'> & { readonly outcome: Shown })[] =
    decided.length > 0 ? decided : account.plan.policy.required.map((required) => undecided(required, account));
  return lines.map((line) => ({
    ...line,
    result: account.results.findLast((each) => each.name === line.name) ?? null,
    body: line.evidence === null ? null : (account.evidence[line.evidence] ?? null),
  }));
}

type Required = Account['plan']['policy']['required'][number];

function undecided(
  { name, phase, kind, blocking, where }: Required,
  account: Account,
): Omit<ReportLine, 'result' | 'body'> {
  const result = account.results.findLast((each) => each.name === name);
  const reason = account.ending ? 'was not run: the deployment ended before it' : 'has not run yet';
  return {
    name,
    phase,
    kind,
    blocking,
    where,
    outcome: result?.outcome ?? 'pending',
    flaky: result?.outcome === 'pass' && result.attempts.some((attempt) => attempt !== 'pass'),
    reason: result?.reason ?? reason,
    findings: result?.findings ?? [],
    cause: result?.cause ?? null,
    next: result?.next ?? null,
    evidence: result?.evidence ?? null,
  };
}

/** Judged bad, or not judged at all. */
export const stands = (line: ReportLine): boolean => line.outcome === 'fail' || line.outcome === 'error';

/** What decided: the blocking lines of a no-go, the lines that a conditional go owes. */
export function decisiveLines(account: Account): readonly ReportLine[] {
  const lines = reportLines(account);
  const stopping = lines.filter((line) => line.blocking && stands(line));
  return stopping.length > 0 ? stopping : lines.filter((line) => stands(line) || line.outcome === 'warn');
}

/** Lines nobody measured: the deployment stopped before them, or the check could not look. */
export const notMeasured = (account: Account): readonly ReportLine[] =>
  reportLines(account).filter(
    (line) => line.outcome === 'pending' || (line.outcome === 'error' && line.evidence === null),
  );

/** Conditions that bind somebody and that nobody has accepted. */
export const owedConditions = ({ ending, verdict, acceptedConditions }: Account): readonly Condition[] =>
  owesConditions(ending)
    ? (verdict?.conditions ?? []).filter(({ id }) => !acceptedConditions.some((each) => each.id === id))
    : [];

/** Of a condition that nobody has accepted. */
export const unacceptedWords = ({ ending }: Account): string =>
  owesConditions(ending) ? 'not yet' : `not owed: ${ending!.as.replaceAll('-', ' ')}`;

/** Checks that nobody asked, with the reason: what a rollback asks once it has the traffic is not among them. */
export function neverAsked(account: Account): ReturnType<typeof leftOut> {
  const asked = new Set(account.results.map((each) => each.name));
  return leftOut(account).filter(({ name }) => !asked.has(`verify/${name}`));
}

/** Checks the plan leaves out in this environment, with the reason. */
export const leftOut = (account: Account): readonly { phase: string; name: string; reason: string }[] =>
  account.plan.phases.flatMap((phase) => phase.left.map((each) => ({ phase: phase.name, ...each })));
