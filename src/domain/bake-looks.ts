import type { BakeLooks } from './project.ts';
import {
  fewestOfALook,
  judgeLooks,
  lookAtLatency,
  type LatencyLook,
  type LooksJudgement,
} from './statistics/sequential-latency.ts';
import { judgeShares, type ShareJudgement, type ShareLook } from './statistics/sequential-share.ts';
import { lookThresholds, type JudgingLooks, type Looks } from './statistics/spending.ts';

/** Of all looks and all subjects of one bake together: good releases that are called worse (one-sided). */
export const bakeAlpha = 0.025;
/** Of releases that are as bad as the detectable effect stated with a judgement, the share that is called worse. */
export const bakePower = 0.8;
/** When the file names no detectable slowdown it is twice the allowed one. */
export const usualComparison = { allowedRatio: 1.1, detectRatio: 1.2 } as const;

/** One thing that every look judges. */
export type Subject =
  /** Answers of the new version under real traffic, as the proxy counts them. */
  | { readonly kind: 'availability'; readonly name: string; readonly allowedShare: number }
  /** Probes of a service slower than `withinMs`, or not answered. */
  | {
      readonly kind: 'latency';
      readonly name: string;
      readonly service: string;
      readonly allowedShare: number;
      readonly withinMs: number;
    }
  /** The new version of a service beside the old one, asked in turn. */
  | {
      readonly kind: 'comparison';
      readonly name: string;
      readonly service: string;
      readonly allowedRatio: number;
      readonly detectRatio: number;
    };

/** What was gathered since the last look; kept from window to window. */
export interface Gathering {
  readonly bad: number;
  readonly asked: number;
  readonly oldMs: readonly number[];
  readonly newMs: readonly number[];
}

export interface LooksTally {
  /** Looks that were closed. */
  readonly looks: number;
  readonly shares: Readonly<Record<string, readonly ShareLook[]>>;
  readonly comparisons: Readonly<Record<string, readonly LatencyLook[]>>;
  /** By name of the subject. */
  readonly open: Readonly<Record<string, Gathering>>;
}

const emptyGathering: Gathering = { bad: 0, asked: 0, oldMs: [], newMs: [] };
export const noLooks: LooksTally = { looks: 0, shares: {}, comparisons: {}, open: {} };

/** `stands`: a version from before this one serves beside it. Without one there is nothing to compare with, and nothing is asked. */
export function subjectsOf(rules: BakeLooks, services: readonly string[], stands: boolean): readonly Subject[] {
  const { availability, latency, compare } = rules;
  const subjects: Subject[] = [];
  if (availability !== null)
    subjects.push({ kind: 'availability', name: 'availability', allowedShare: 1 - availability });
  for (const { service, quantile, withinMs } of latency) {
    const name = `${service} p${shortPercent(quantile)}`;
    subjects.push({ kind: 'latency', name, service, allowedShare: 1 - quantile, withinMs });
  }
  if (compare === null || !stands) return subjects;
  const { allowedRatio, detectRatio } = compare;
  for (const service of services)
    subjects.push({ kind: 'comparison', name: `${service} against before`, service, allowedRatio, detectRatio });
  return subjects;
}

const shortPercent = (share: number): string => String(Math.round(share * 10_000) / 100);

export function gathered(tally: LooksTally, name: string, more: Partial<Gathering>): LooksTally {
  const had = tally.open[name] ?? emptyGathering;
  const sum: Gathering = {
    bad: had.bad + (more.bad ?? 0),
    asked: had.asked + (more.asked ?? 0),
    oldMs: [...had.oldMs, ...(more.oldMs ?? [])],
    newMs: [...had.newMs, ...(more.newMs ?? [])],
  };
  return { ...tally, open: { ...tally.open, [name]: sum } };
}

/**
 * Ends a look. What it gathered goes into it and into no other; a subject with too little waits for the next look.
 * `fraction`: part of the planned watch that is over.
 */
export function closeLook(tally: LooksTally, subjects: readonly Subject[], fraction: number): LooksTally {
  let next: LooksTally = { ...tally, looks: tally.looks + 1 };
  for (const subject of subjects) next = closeSubject(next, subject, fraction);
  return next;
}

function closeSubject(tally: LooksTally, subject: Subject, fraction: number): LooksTally {
  const { name } = subject;
  const { bad, asked, oldMs, newMs } = tally.open[name] ?? emptyGathering;
  const open = { ...tally.open, [name]: emptyGathering };
  if (subject.kind === 'comparison') {
    if (Math.min(oldMs.length, newMs.length) < fewestOfALook) return tally;
    const look = lookAtLatency(oldMs, newMs, { allowedRatio: subject.allowedRatio, fraction });
    const looks = [...(tally.comparisons[name] ?? []), look];
    return { ...tally, open, comparisons: { ...tally.comparisons, [name]: looks } };
  }
  if (asked === 0) return tally;
  const looks = [...(tally.shares[name] ?? []), { bad: Math.min(bad, asked), asked, fraction }];
  return { ...tally, open, shares: { ...tally.shares, [name]: looks } };
}

export type SubjectJudgement = { readonly subject: Subject } & (
  | { readonly of: 'ratio'; readonly judged: LooksJudgement }
  | { readonly of: 'share'; readonly judged: ShareJudgement }
);

/** The false alarms that are allowed are divided among the subjects, so that the rate stated is that of the whole bake. */
export const judgeSubjects = (
  tally: LooksTally,
  subjects: readonly Subject[],
  isOver: boolean,
): readonly SubjectJudgement[] => subjects.map((subject) => judgeOne(tally, subject, subjects.length, { isOver }));

/** What each look of a subject said in its turn, the first one first. */
export function judgementsByLook(
  tally: LooksTally,
  subject: Subject,
  subjects: readonly Subject[],
): readonly (SubjectJudgement & { readonly fraction: number })[] {
  const { name } = subject;
  const [shares, comparisons] = [tally.shares[name] ?? [], tally.comparisons[name] ?? []];
  const looks = subject.kind === 'comparison' ? comparisons : shares;
  let all: number[] | null = null;
  // A threshold depends on the looks before it only: those of the last look are those of all.
  const thresholds = (of: Looks): number[] => (all ??= lookThresholds(of)).slice(0, of.fractions.length);
  const backwards = looks.map((_, index) => {
    const count = looks.length - index;
    const until = {
      ...tally,
      shares: { [name]: shares.slice(0, count) },
      comparisons: { [name]: comparisons.slice(0, count) },
    };
    return {
      ...judgeOne(until, subject, subjects.length, { isOver: false, thresholds }),
      fraction: looks[count - 1]!.fraction,
    };
  });
  return backwards.toReversed();
}

function judgeOne(tally: LooksTally, subject: Subject, subjects: number, how: JudgingLooks): SubjectJudgement {
  const rule = { alpha: bakeAlpha / Math.max(1, subjects), power: bakePower };
  if (subject.kind !== 'comparison') {
    const judged = judgeShares(tally.shares[subject.name] ?? [], { ...rule, ...subject }, how);
    return { subject, of: 'share', judged };
  }
  const judged = judgeLooks(tally.comparisons[subject.name] ?? [], { ...rule, ...subject }, how);
  return { subject, of: 'ratio', judged };
}
