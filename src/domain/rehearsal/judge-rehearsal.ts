import type { Decision } from '../verdict.ts';
import { defaultBars, type RehearsalBars } from './bars.ts';
import type { RehearsalFacts } from './facts.ts';
import type { RehearsalFinding } from './finding.ts';
import { judgeCopy } from './judge-copy.ts';
import { judgeReturn } from './judge-return.ts';
import { judgeRun } from './judge-run.ts';
import { largeIn } from './large.ts';
import { notMeasured } from './not-measured.ts';
import { orderOf, stops } from './reason.ts';

export interface RehearsalJudgement {
  readonly decision: Decision;
  /** The worst first; none exactly when it is a go. */
  readonly findings: readonly RehearsalFinding[];
}

/** Weighs what a rehearsal has measured. Pure; what nobody has measured is a finding, never a pass. */
export function judgeRehearsal(facts: RehearsalFacts, bars: RehearsalBars = defaultBars): RehearsalJudgement {
  const findings = [
    ...notMeasured(facts),
    ...judgeCopy(facts, bars),
    ...judgeRun(facts, bars),
    ...judgeReturn(facts),
    ...judgeReading(facts, bars),
  ].toSorted((a, b) => orderOf(a.reason) - orderOf(b.reason));
  return { decision: decisionOf(findings), findings };
}

/** Locks that the text could do without matter on large tables; everything else that reading finds counts everywhere. */
function judgeReading(facts: RehearsalFacts, bars: RehearsalBars): readonly RehearsalFinding[] {
  const isLarge = largeIn(facts, bars);
  return (facts.lint ?? []).filter(
    ({ reason, relation }) => reason !== 'lock-avoidable' || relation === null || isLarge(relation),
  );
}

const decisionOf = (findings: readonly RehearsalFinding[]): Decision => {
  if (findings.some(({ reason }) => stops(reason))) return 'no-go';
  return findings.length > 0 ? 'conditional-go' : 'go';
};
