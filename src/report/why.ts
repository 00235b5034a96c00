import type { Account } from '../domain/account.ts';
import type { Ending } from '../domain/deployment.ts';
import { canonical, type Json, type JsonObject } from '../domain/json.ts';
import type { Outcome } from '../domain/outcome.ts';
import type { ChainedRecord } from '../domain/record.ts';
import type { Decision, ResultFinding } from '../domain/verdict.ts';
import { clipped } from './escape.ts';
import { tally } from './gist.ts';
import { decisiveLines, reportLines, type ReportLine } from './lines.ts';
import { factWords, type Shown } from './wording.ts';

/** One station of the walk from what became of a deployment back to what was seen and where it is written. */
export type WhyStep =
  | { readonly kind: 'contradiction'; readonly reason: string }
  | { readonly kind: 'ending'; readonly ending: Ending | null; readonly status: string; readonly at: number | null }
  | {
      readonly kind: 'step';
      readonly name: string;
      readonly status: string;
      readonly reason: string | null;
      readonly facts: string;
      readonly beganAt: number;
      readonly endedAt: number | null;
    }
  | {
      readonly kind: 'verdict';
      readonly decision: Decision;
      readonly couldNotJudge: boolean;
      readonly tally: string;
      readonly decidedAt: number;
      /** Whether weighing the recorded evidence again gave the same bytes; null when it was not tried. */
      readonly rejudged: { readonly same: boolean } | null;
    }
  | {
      readonly kind: 'line';
      readonly name: string;
      readonly phase: string;
      readonly outcome: Shown;
      readonly blocking: boolean;
      readonly flaky: boolean;
      readonly reason: string;
      readonly cause: string | null;
      readonly next: string | null;
    }
  | {
      readonly kind: 'evidence';
      /** Null when nothing was measured. */
      readonly hash: string | null;
      readonly findings: readonly ResultFinding[];
      readonly attempts: readonly Outcome[];
      readonly beganAt: number | null;
      readonly endedAt: number | null;
      /** Beginning of what was stored, as canonical JSON. */
      readonly seen: string | null;
    }
  | { readonly kind: 'place'; readonly where: string }
  | {
      readonly kind: 'record';
      readonly sequence: number;
      readonly hash: string;
      readonly recorded: string;
      readonly actor: string;
      readonly at: number;
    }
  | { readonly kind: 'unknown'; readonly subject: string; readonly known: readonly string[] };

export interface WhyKnown {
  readonly rejudged?: { readonly same: boolean };
}

/**
 * Walks backwards: ending → verdict → the lines that decided → evidence → place in greenroom.yaml → record.
 * With a subject (name of a check, a step or a condition) only that one is followed; a name nobody knows answers `unknown`.
 */
export function why(account: Account, subject?: string, known: WhyKnown = {}): readonly WhyStep[] {
  if (subject !== undefined) return [...whyContradicted(account), ...whySubject(account, subject, known)];
  return [
    ...whyContradicted(account),
    { kind: 'ending', ending: account.ending, status: account.status, at: account.endedAt },
    ...recordOf(account, (record) => record.kind === 'deployment-ended'),
    ...brokenSteps(account),
    ...whyVerdict(account, known),
    ...decisiveLines(account).flatMap((line) => whyLine(account, line)),
  ];
}

/** Before everything else: what follows is what the database says. */
const whyContradicted = ({ contradiction }: Account): readonly WhyStep[] =>
  contradiction === null ? [] : [{ kind: 'contradiction', reason: contradiction }];

function whySubject(account: Account, subject: string, known: WhyKnown): readonly WhyStep[] {
  const lines = reportLines(account).filter((line) => line.name === subject);
  const steps = account.steps
    .filter((step) => step.name === subject)
    .flatMap((step) => [whyStep(step), ...stepRecord(account, step.name)]);
  if (lines.length > 0) return [...whyVerdict(account, known), ...lines.flatMap((line) => whyLine(account, line))];
  if (steps.length > 0)
    return [{ kind: 'ending', ending: account.ending, status: account.status, at: account.endedAt }, ...steps];
  const names = [...reportLines(account).map((line) => line.name), ...account.steps.map((step) => step.name)];
  return [{ kind: 'unknown', subject, known: [...new Set(names)] }];
}

const brokenSteps = (account: Account): readonly WhyStep[] =>
  account.steps
    .filter((step) => (step.status === 'failed' || step.status === 'unknown') && step.kind !== 'checks')
    .flatMap((step) => [whyStep(step), ...stepRecord(account, step.name)]);

const whyStep = ({ name, status, reason, facts, beganAt, endedAt }: Account['steps'][number]): WhyStep => ({
  kind: 'step',
  name,
  status,
  reason,
  facts: factWords(facts),
  beganAt,
  endedAt,
});

const stepRecord = (account: Account, name: string | undefined): readonly WhyStep[] =>
  recordOf(account, (record) => record.kind === 'step-ended' && record.data['step'] === name);

function whyVerdict(account: Account, known: WhyKnown): readonly WhyStep[] {
  const { verdict } = account;
  if (!verdict) return [];
  const { decision, couldNotJudge, decidedAt } = verdict;
  return [
    { kind: 'verdict', decision, couldNotJudge, decidedAt, tally: tally(account), rejudged: known.rejudged ?? null },
    ...recordOf(account, (record) => record.kind === 'verdict'),
  ];
}

function whyLine(account: Account, line: ReportLine): readonly WhyStep[] {
  const { name, phase, outcome, blocking, flaky, reason, cause, next, result, body } = line;
  return [
    { kind: 'line', name, phase, outcome, blocking, flaky, reason, cause, next },
    {
      kind: 'evidence',
      hash: line.evidence,
      findings: line.findings,
      attempts: result?.attempts ?? [],
      beganAt: result?.beganAt ?? null,
      endedAt: result?.endedAt ?? null,
      seen: body ? clipped(canonical(body.data), 600) : null,
    },
    { kind: 'place', where: line.where },
    ...(result === null ? [] : lineRecord(account, line)),
  ];
}

/** The record that names the evidence; else the one of the step in which it was gathered. */
function lineRecord(account: Account, line: ReportLine): readonly WhyStep[] {
  const { evidence } = line;
  const named = evidence === null ? [] : recordOf(account, (record) => mentions(record.data, evidence));
  if (named.length > 0) return named;
  const step =
    account.plan.steps.find((each) => each.name === line.name) ??
    account.plan.steps.find((each) => each.kind === 'checks' && each.phase === line.phase);
  return stepRecord(account, step?.name);
}

function recordOf(account: Account, fits: (record: ChainedRecord) => boolean): readonly WhyStep[] {
  const record = account.records.findLast(fits);
  if (!record) return [];
  const { sequence, hash, kind, actor, at } = record;
  return [{ kind: 'record', sequence, hash, recorded: kind, actor, at }];
}

/** Whether a value stands anywhere in a record's data. */
function mentions(data: Json | JsonObject, wanted: string): boolean {
  if (typeof data === 'string') return data === wanted;
  if (data === null || typeof data !== 'object') return false;
  return Object.values(data).some((each) => mentions(each, wanted));
}
