import {
  closeLook,
  gathered,
  judgeSubjects,
  subjectsOf,
  type LooksTally,
  type Subject,
  type SubjectJudgement,
} from '../../domain/bake-looks.ts';
import { lookPlots } from '../../domain/bake-plots.ts';
import { lookDoubt, lookFault, lookFinding, lookPromise } from '../../domain/bake-words.ts';
import type { Json, JsonObject } from '../../domain/json.ts';
import { worst } from '../../domain/outcome.ts';
import type { BakeLooks } from '../../domain/project.ts';
import type { ResultFinding } from '../../domain/verdict.ts';
import type { Site } from '../site.ts';
import { record } from './answer.ts';

/** One probe of the new version through the public address; null: nobody answered, or 5xx. */
export interface ProbeAnswer {
  readonly service: string;
  readonly durationMs: number | null;
}

export function bakeSubjects(site: Site): readonly Subject[] {
  const { looks, probes } = site.environment.bake;
  if (!looks) return [];
  const probed = site.project.services.map((each) => each.name).filter((name) => isProbed(name, probes));
  // Declared, and not only running: an old version that is gone leaves nothing measured, which is no pass.
  return subjectsOf(looks, probed, site.deployment.plan.standing.colour !== null);
}

const isProbed = (service: string, probes: Site['environment']['bake']['probes']): boolean =>
  probes.length === 0 || probes.some((probe) => probe.service === service);

/** How much of the next look is still to be watched. */
export const untilLookMs = (rules: BakeLooks, tally: LooksTally, watchedMs: number): number =>
  Math.max(1, (tally.looks + 1) * rules.everyMs - watchedMs);

export interface Window {
  readonly requests: number;
  readonly badAnswers: number;
  readonly probes: readonly ProbeAnswer[];
  /** Latencies of old and new by subject. */
  readonly pairs: Readonly<Record<string, { readonly oldMs: readonly number[]; readonly newMs: readonly number[] }>>;
}

/** Takes in what one window saw. */
export function takeIn(tally: LooksTally, subjects: readonly Subject[], seen: Window): LooksTally {
  let next = tally;
  for (const subject of subjects) {
    const { name } = subject;
    if (subject.kind === 'availability') {
      next = gathered(next, name, { bad: seen.badAnswers, asked: seen.requests });
    } else if (subject.kind === 'comparison') {
      next = gathered(next, name, seen.pairs[name] ?? {});
    } else {
      const mine = seen.probes.filter(({ service }) => service === subject.service);
      const bad = mine.filter(({ durationMs }) => durationMs === null || durationMs > subject.withinMs);
      next = gathered(next, name, { bad: bad.length, asked: mine.length });
    }
  }
  return next;
}

export interface Look {
  readonly subjects: readonly Subject[];
  readonly watchedMs: number;
  readonly isOver: boolean;
  readonly beganAt: number;
  /** Number of the operation, so that a bake that a person asks for again keeps what the first one saw. */
  readonly bake: string;
}

/**
 * Ends a look, judges all so far and keeps it as evidence, under its number: whoever was killed before the window was recorded does the
 * look again, and it replaces the one that never counted.
 */
export async function endLook(
  site: Site,
  tally: LooksTally,
  look: Look,
): Promise<{ readonly tally: LooksTally; readonly fault: string | null }> {
  const { subjects, watchedMs, isOver, beganAt } = look;
  const fraction = Math.min(1, watchedMs / site.environment.bake.forMs);
  const closed = closeLook(tally, subjects, fraction);
  const judgements = judgeSubjects(closed, subjects, isOver);
  const fault = lookFault(judgements);
  const findings = judgements.map((each) => lookFinding(each));
  const doubt = isOver ? lookDoubt(judgements) : null;
  const name = `${look.bake}/look-${closed.looks}`;
  const samples = tally.open as unknown as Json;
  await record(site, {
    ...{ name, kind: 'bake', phase: 'bake', findings, beganAt },
    outcome: worst(findings.map((each) => each.outcome)),
    reason: fault ?? doubt ?? `${Math.round(100 * fraction)} % watched: ${saidOf(findings)}`,
    attempts: [worst(findings.map((each) => each.outcome))],
    evidence: {
      config: site.environment.bake.looks ?? null,
      data: { look: closed.looks, fraction, samples, shares: closed.shares, comparisons: closed.comparisons },
      plots: lookPlots(closed, subjects),
      artifacts: [],
    },
  });
  await site.world.reach('bake:look');
  return { tally: closed, fault };
}

const saidOf = (findings: readonly ResultFinding[]): string =>
  findings.map(({ name, value }) => `${name} ${value}`).join('; ') || 'there is nothing to judge';

/** What the step says of its looks when it ends. */
export function lookFacts(tally: LooksTally | undefined, judgements: readonly SubjectJudgement[]): JsonObject {
  if (tally === undefined) return {};
  const said = judgements.map((each) => {
    const { name, value, threshold } = lookFinding(each);
    return [name, `${each.judged.verdict}: ${value}, allowed is ${threshold}`] as const;
  });
  return { looks: tally.looks, ...Object.fromEntries(said), falseAlarms: lookPromise };
}
