import { defaultBars } from '../../domain/rehearsal/bars.ts';
import { cutWords } from '../../domain/rehearsal/cut-words.ts';
import type { RehearsalFacts } from '../../domain/rehearsal/facts.ts';
import { placeWords, type RehearsalFinding } from '../../domain/rehearsal/finding.ts';
import { judgeRehearsal, type RehearsalJudgement } from '../../domain/rehearsal/judge-rehearsal.ts';
import { leftOutByQuick } from '../../domain/rehearsal/not-measured.ts';
import { weighReturn } from '../../domain/rehearsal/going-back.ts';
import { stops } from '../../domain/rehearsal/reason.ts';
import { formatDuration } from '../../domain/duration.ts';
import { returnWords } from '../../domain/migrated-database.ts';
import type { Finding, Judgement } from '../../kinds/check.ts';
import type { SchemaMark } from '../../kinds/rehearsals.ts';
import { counted } from '../../kinds/wording.ts';
import { squawkFindings, type SquawkSaid } from './squawk.ts';

export interface RehearsalData {
  readonly database: string;
  /** What was cloned, in words. */
  readonly copy: string;
  /** Instant that its data is from, in ms since the epoch. */
  readonly copiedAtMs: number;
  /** Of migration files and commands. */
  readonly digest: string;
  readonly profile: 'quick' | 'full';
  readonly budgetMs: number;
  readonly runs: number;
  readonly swept: readonly string[];
  /** The command changed nothing on the copy. */
  readonly isIdle: boolean;
  readonly facts: RehearsalFacts;
  /** Of production. Absent in evidence of before it was looked at. */
  readonly mark?: SchemaMark;
  /** Absent in a record that is older than this question. */
  readonly squawk?: SquawkSaid;
}

export function weigh({ facts, budgetMs, profile }: RehearsalData): RehearsalJudgement {
  const judgement = judgeRehearsal(facts, { ...defaultBars, budgetMs });
  if (profile === 'full') return judgement;
  const next = 'The profile quick leaves it out: rehearse without it.';
  const findings = judgement.findings.map((each) => (leftOutByQuick.includes(each.text) ? { ...each, next } : each));
  return { ...judgement, findings };
}

/** Go passes, a condition warns; where nothing but a measurement is missing it cannot be judged, and everything else fails. */
export function judgeMigration(data: RehearsalData): Judgement {
  // What has changed nothing on another schema says nothing of production.
  if (data.isIdle && (data.facts.copySchema ?? []).length === 0) return idle(data);
  const { decision, findings } = weigh(data);
  if (decision === 'go') return good(data);
  const [first] = findings;
  const more = findings.length === 1 ? '' : ` (and ${counted(findings.length - 1, 'more reason')})`;
  const isUnmeasured = findings.filter(({ reason }) => stops(reason)).every(({ reason }) => reason === 'not-measured');
  return {
    outcome: decision === 'conditional-go' ? 'warn' : isUnmeasured ? 'error' : 'fail',
    reason: `${placed(first!)}${more}.`,
    findings: [...findings.map(asFinding), ...measured(data)],
    cause: 'What the migration does to a database of this size, or to the version that uses it.',
    next: first!.next,
  };
}

/** Over a migration that nobody goes back over somebody says yes, as over one that the file declares so. */
function good(data: RehearsalData): Judgement {
  const { going, reason } = weighReturn(data.facts);
  const findings = measured(data);
  if (going === 'safe')
    return {
      outcome: 'pass',
      reason: `The migration may go: ${goodWords(data)}, and it is safe to go back.`,
      findings,
    };
  return {
    ...{ outcome: 'warn', findings, reason: `The migration may go, and nobody goes back over it: ${reason}.` },
    cause: 'What is declared instead of a way back does not bring the old schema.',
    next: 'See that the repair may be a new release, and accept it.',
  };
}

/** A sentence without its end, with its place before it. */
function placed({ place, text }: RehearsalFinding): string {
  const sentence = text.replace(/\.$/, '');
  return place === null ? sentence : `${placeWords(place)}: ${sentence}`;
}

const asFinding = (finding: RehearsalFinding): Finding => ({
  name: finding.reason,
  outcome: finding.reason === 'not-measured' ? 'error' : stops(finding.reason) ? 'fail' : 'warn',
  value: placed(finding),
  threshold: null,
});

const longestStall = ({ facts }: RehearsalData): number | null =>
  facts.stalls === null || facts.stalls.length === 0
    ? null
    : Math.max(...facts.stalls.map(({ longestMs }) => longestMs));

function goodWords(data: RehearsalData): string {
  const { facts, runs } = data;
  return `${counted(facts.statements?.length ?? 0, 'statement')} in ${formatDuration(facts.durationMs ?? 0)}, the old version waited at most ${formatDuration(longestStall(data) ?? 0)} and goes on, the way back brought everything back, ${counted(runs, 'run')}`;
}

/** What was measured beside the reasons; each of them has its reason where it is bad. */
function measured(data: RehearsalData): readonly Finding[] {
  const stall = longestStall(data);
  const { durationMs } = data.facts;
  return [
    ...squawkFindings(data.squawk),
    ...(durationMs === null ? [] : [valueOf('migration', durationMs, data.budgetMs)]),
    ...lostLocksFinding(data),
    ...cutsFinding(data),
    returnFinding(data),
    ...(data.facts.books ?? []).map(({ relation, left }): Finding => {
      const value = left.length === 0 ? 'compared whole' : `${left.join(', ')} not compared`;
      return { name: `book ${relation}`, outcome: 'pass', value, threshold: null };
    }),
    ...(stall === null ? [] : [valueOf('longest wait of the old version', stall, defaultBars.stallConditionalMs)]),
  ];
}

function returnFinding({ facts }: RehearsalData): Finding {
  const { going, reason } = weighReturn(facts);
  const outcome = going === 'safe' ? 'pass' : going === 'unknown' ? 'error' : 'warn';
  return { name: 'going back', outcome, value: returnWords({ going, reason, evidence: null }), threshold: null };
}

/** No reason against it: production's own run goes again too. */
const lostLocksFinding = ({ facts: { lostLocks = 0 } }: RehearsalData): readonly Finding[] =>
  lostLocks === 0
    ? []
    : [{ name: 'runs before it that lost a lock', outcome: 'pass', value: String(lostLocks), threshold: null }];

/** Where each was tried nobody has to be told. */
const cutsFinding = ({ facts: { cuts } }: RehearsalData): readonly Finding[] =>
  cuts === undefined || cuts.tried === cuts.of
    ? []
    : [{ name: 'cut off and run again', outcome: 'pass', value: cutWords(cuts), threshold: null }];

const valueOf = (name: string, ms: number, bound: number): Finding => ({
  ...{ name, outcome: ms <= bound ? 'pass' : 'warn', value: formatDuration(ms), threshold: formatDuration(bound) },
});

/** No pass: a copy that has the migration already would look the same. */
const idle = ({ copy }: RehearsalData): Judgement => ({
  outcome: 'warn',
  reason: `The migrate command changed nothing on clones of ${copy}: there is nothing to migrate, or the copy has it already.`,
  findings: [{ name: 'changes', outcome: 'warn', value: 'none', threshold: null }],
  next: 'See that the copy is of production and from before this migration; a release without one is accepted as it is.',
});
