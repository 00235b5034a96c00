import type { Account, StepAccount } from '../domain/account.ts';
import { shareOf } from '../domain/shift.ts';
import type { StepKind } from '../domain/step.ts';
import { isVerification, verificationOf } from '../domain/verification.ts';
import { reportLines } from './lines.ts';
import type { Shown } from './wording.ts';

/** One bar of the timeline, with the bars inside it. */
export interface TimelineRow {
  readonly label: string;
  readonly kind: 'phase' | 'traffic' | 'back' | 'part';
  readonly beganAt: number;
  /** Null while it runs. */
  readonly endedAt: number | null;
  readonly outcome: Shown;
  readonly budgetMs: number | null;
  readonly parts: readonly TimelineRow[];
  /** Parts that were left out to keep the drawing readable. */
  readonly hidden: number;
}

const stepLabels: Partial<Record<StepKind, string>> = {
  admit: 'admission',
  switch: 'cut-over',
  verify: 'verify the rollback',
  bake: 'bake',
  'rehearse-back': 'rehearsal: to the old version',
  'rehearse-forth': 'rehearsal: to the new version',
  drain: 'drain the old version',
  stop: 'stop the old version',
  'switch-back': 'traffic back to the old version',
  'verify-back': 'verify the old version',
  'drain-new': 'drain the new version',
  'stop-new': 'stop the new version',
};

const mostParts = 24;

/** Phases in the order they began, with their steps and checks; then traffic; then the way back. */
export function timelineRows(account: Account): readonly TimelineRow[] {
  const rows = [
    ...phaseRows(account),
    ...account.steps.filter((step) => step.phase === null).map((step) => ownRow(step, account)),
  ];
  return rows.toSorted((a, b) => a.beganAt - b.beganAt);
}

function phaseRows(account: Account): readonly TimelineRow[] {
  const lines = reportLines(account);
  return account.plan.phases.flatMap((phase): readonly TimelineRow[] => {
    const steps = account.steps.filter((step) => step.phase === phase.name);
    const stepNames = new Set(account.plan.steps.map((step) => step.name));
    const checks = lines.flatMap((line): readonly TimelineRow[] =>
      line.phase === phase.name && line.result && !stepNames.has(line.name)
        ? [part(line.name, line.result.beganAt, line.result.endedAt, line.outcome)]
        : [],
    );
    const work = steps
      .filter((step) => step.kind !== 'checks')
      .map((step) =>
        part(step.name.replace(`${phase.name}/`, ''), step.beganAt, step.endedAt, stepOutcome(step, account)),
      );
    const parts = [...work, ...checks].toSorted((a, b) => a.beganAt - b.beganAt);
    const spans = [...steps, ...parts];
    if (spans.length === 0) return [];
    // A step of checks fails because of its checks: they say better whether that was a failure or no answer.
    const unanswered = steps.filter((step) => step.kind !== 'checks' || checks.length === 0);
    const open = spans.some((span) => span.endedAt === null);
    const kept = shownParts(parts);
    return [
      {
        label: phase.name,
        kind: 'phase',
        budgetMs: phase.budgetMs,
        parts: kept,
        hidden: parts.length - kept.length,
        beganAt: Math.min(...spans.map((span) => span.beganAt)),
        endedAt: open ? null : Math.max(...spans.map((span) => span.endedAt ?? 0)),
        outcome: open
          ? 'pending'
          : worstShown([...parts.map((each) => each.outcome), ...unanswered.map((step) => stepOutcome(step, account))]),
      },
    ];
  });
}

const part = (label: string, beganAt: number, endedAt: number | null, outcome: Shown): TimelineRow => ({
  label,
  kind: 'part',
  beganAt,
  endedAt,
  outcome,
  budgetMs: null,
  parts: [],
  hidden: 0,
});

function ownRow(step: StepAccount, account: Account): TimelineRow {
  const back = ['switch-back', 'verify-back', 'drain-new', 'stop-new'].includes(step.kind);
  return {
    ...part(labelOf(step, account), step.beganAt, step.endedAt, stepOutcome(step, account)),
    kind: back ? 'back' : 'traffic',
    budgetMs: ownBudgetMs(step, account),
  };
}

/** Those of a gradual shift say their share too. */
function labelOf(step: StepAccount, { plan }: Account): string {
  const label = stepLabels[step.kind as StepKind] ?? step.name;
  const planned = plan.steps.find((each) => each.name === step.name);
  const share = planned ? shareOf(planned) : null;
  return share === null ? label : `${label} of ${share} %`;
}

/** Only where the team set it: how long to watch, how long to drain. */
function ownBudgetMs(step: StepAccount, { plan }: Account): number | null {
  const planned = plan.steps.find((each) => each.name === step.name);
  if (step.kind === 'bake') return planned && shareOf(planned) !== null ? null : plan.bake.forMs;
  return step.kind === 'drain' ? (planned?.budgetMs ?? null) : null;
}

/** The step that decides is as good as its verdict, one that verifies as what it saw. */
export function stepOutcome(step: StepAccount, { verdict }: Account): Shown {
  if (step.status === 'running') return 'pending';
  if (step.status !== 'done') return step.status === 'failed' ? 'fail' : 'error';
  if (isVerification(step.kind)) return verificationOf(step.facts).outcome;
  if (step.kind !== 'decide' || !verdict) return 'pass';
  if (verdict.decision === 'no-go') return verdict.couldNotJudge ? 'error' : 'fail';
  return verdict.decision === 'go' ? 'pass' : 'warn';
}

/** What did not pass always stays; of the rest the longest. */
function shownParts(parts: readonly TimelineRow[]): readonly TimelineRow[] {
  if (parts.length <= mostParts) return parts;
  const rank = (each: TimelineRow): number =>
    each.outcome === 'pass' ? (each.endedAt ?? each.beganAt) - each.beganAt : Number.MAX_SAFE_INTEGER;
  const kept = new Set(parts.toSorted((a, b) => rank(b) - rank(a)).slice(0, mostParts));
  return parts.filter((each) => kept.has(each));
}

const severity: Record<Shown, number> = { pass: 0, skip: 0, pending: 1, warn: 2, error: 3, fail: 4 };

/** A skipped check does not make a phase skipped. */
const worstShown = (outcomes: readonly Shown[]): Shown =>
  outcomes.reduce<Shown>((a, b) => (severity[b] > severity[a] ? b : a), 'pass');
