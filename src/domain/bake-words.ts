import { formatDuration } from './duration.ts';
import { bakeAlpha, bakePower, type SubjectJudgement } from './bake-looks.ts';
import type { Outcome } from './outcome.ts';
import type { ResultFinding } from './verdict.ts';

/** A look that alarms at nothing has passed; one that has seen nothing yet has not. */
function outcomeOf(each: SubjectJudgement): Outcome {
  const { verdict } = each.judged;
  if (verdict === 'worse') return 'fail';
  if (verdict === 'insufficient') return 'error';
  const isSeen = each.of === 'share' ? each.judged.asked > 0 : Number.isFinite(each.judged.ratio);
  return isSeen ? 'pass' : 'skip';
}

/** Nobody waits for a rule to see this. */
const farthest = 100;

/** A judgement never comes without the number of samples and the smallest effect that it would have seen. */
export function lookFinding(each: SubjectJudgement): ResultFinding {
  return {
    name: each.subject.name,
    outcome: outcomeOf(each),
    value: valueOf(each),
    threshold: boundOf(each),
  };
}

function boundOf({ subject }: SubjectJudgement): string {
  if (subject.kind === 'comparison') return `at most ${times(subject.allowedRatio)} as slow`;
  if (subject.kind === 'availability') return `at most ${percent(subject.allowedShare)} bad answers`;
  return `at most ${percent(subject.allowedShare)} slower than ${formatDuration(subject.withinMs)}`;
}

function valueOf(each: SubjectJudgement): string {
  if (each.of === 'share') {
    const { bad, asked, minimumDetectableShare } = each.judged;
    if (asked === 0) return 'nothing was asked';
    return `${bad} of ${asked} (${percent(bad / asked)}; ${percent(minimumDetectableShare)} would have been seen)`;
  }
  const { ratio, low, high, sampleOld, sampleNew, minimumDetectableRatio } = each.judged;
  const samples = `${sampleNew} answers against ${sampleOld}`;
  if (!Number.isFinite(ratio)) return `unknown: ${samples} are too few`;
  if (minimumDetectableRatio > farthest) return `${times(ratio)} (${samples}; too early to see a slowdown)`;
  const range = Number.isFinite(high) ? `${times(low)} to ${times(high)}; ` : '';
  return `${times(ratio)} (${range}${samples}; slower than ${times(minimumDetectableRatio)} would have been seen)`;
}

/** Why the new version must not keep the traffic, or null. */
export function lookFault(judgements: readonly SubjectJudgement[]): string | null {
  const worse = judgements.filter(({ judged }) => judged.verdict === 'worse');
  if (worse.length === 0) return null;
  return `${worse.map(sentence).join('; ')} (false alarms of the whole bake: at most ${percent(bakeAlpha)})`;
}

/** Why the end of the bake cannot be called good, with how many more samples it would take; null when it can. */
export function lookDoubt(judgements: readonly SubjectJudgement[]): string | null {
  const doubtful = judgements.filter(({ judged }) => judged.verdict === 'insufficient');
  if (doubtful.length === 0) return null;
  const needs = doubtful.map((each) => `${sentence(each)}, ${moreOf(each)} more samples needed`);
  return `insufficient data: ${needs.join('; ')}`;
}

const sentence = (each: SubjectJudgement): string =>
  `${each.subject.name} was ${valueOf(each)}, allowed is ${boundOf(each)}`;

const moreOf = (each: SubjectJudgement): number =>
  each.of === 'share' ? each.judged.moreNeeded : each.judged.moreSamplesNeeded;

export const lookPromise = `at most ${percent(bakeAlpha)} of good releases are called worse in the whole bake; of those as bad as "would have been seen" at least ${percent(bakePower)} are`;

function times(ratio: number): string {
  return Number.isFinite(ratio) ? `${Math.round(ratio * 1_000) / 1_000}x` : 'unknown';
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
