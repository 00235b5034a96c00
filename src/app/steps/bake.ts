import { judgeSubjects, noLooks, type Subject } from '../../domain/bake-looks.ts';
import { lookDoubt } from '../../domain/bake-words.ts';
import { lostWords } from '../../domain/copies.ts';
import {
  allowedShare,
  bakeFault,
  bakeGap,
  emptyTally,
  isSettled,
  isWatched,
  overtimeMs,
  withProbes,
  type BakeBaseline,
} from '../../domain/bake.ts';
import { formatDuration } from '../../domain/duration.ts';
import type { OperationResult } from '../../domain/deployment.ts';
import type { Bake } from '../../domain/project.ts';
import { shareOf } from '../../domain/shift.ts';
import type { Starts } from '../../domain/started-again.ts';
import type { Step } from '../../domain/step.ts';
import { longerWaiting, type WaitingSeen } from '../../domain/waiting-requests.ts';
import { newSide } from '../../kinds/beside.ts';
import type { ColourLoad } from '../../kinds/traffic.ts';
import { servingRelease, type Site } from '../site.ts';
import { askBeside } from './bake-beside.ts';
import { bad, earlier, look, type Bout } from './bake-bout.ts';
import { bakeSubjects, endLook, lookFacts, takeIn, untilLookMs, type ProbeAnswer } from './bake-look.ts';
import { probesBeside, probesOf } from './bake-probes.ts';
import { provenStarts } from './proven-starts.ts';
import { ownFacts } from './own-facts.ts';
import { openRunningLooks } from './running-looks.ts';
import type { StepModule, StepTask } from './step-task.ts';

/** Traffic and processes are looked at this often, whatever the interval of the probes. */
const lookEveryMs = 100;
/** Pairs that have begun are waited for with the watch going on. */
const settleEveryMs = 20;
/** One recorded answer per window: what is lost by a crash is at most this much watching. */
const windowMs = 30_000;

/** What is watched: all of the traffic, by the rules of the bake; or a share of it, as long as the shift says and without looks. */
interface Watch {
  readonly rules: Bake;
  /** Percent of the traffic that the new version has; null: all. */
  readonly share: number | null;
}

function watchOf({ environment }: Site, step: Step): Watch {
  const { looks: _, ...rules } = environment.bake;
  const share = shareOf(step);
  if (share === null) return { rules: environment.bake, share };
  return { rules: { ...rules, forMs: environment.shift?.forMs ?? rules.forMs }, share };
}

/** Watches the new version under real traffic; the old one still runs beside it. */
export const bake: StepModule = async (task) => {
  const { site, run, step } = task;
  const { rules, share } = watchOf(site, step);
  const opening = { ...(await run('bake begins', () => open(site))), proven: await provenStarts(site) };
  let bout: Bout = {
    watchedMs: 0,
    tally: emptyTally,
    counted: opening.counted,
    fault: null,
    isOver: false,
    firstBadAt: null,
    faultAt: null,
    ...(rules.looks && { looks: noLooks }),
  };
  const subjects = rules.looks ? bakeSubjects(site) : [];
  // Whether it is over is a recorded answer too: whoever resumes later than that still takes in every window before it, and looks
  // at least once more.
  for (let window = 1; bout.fault === null && !bout.isOver && window < 1_000_000; window += 1) {
    const before = bout;
    bout = await run(`bake window ${window}`, (signal) =>
      watch(task, before, { ...opening, subjects, rules, share }, signal),
    );
  }
  return close(site, bout, { ...opening, subjects, rules, share });
};

interface Opening {
  readonly baseline: BakeBaseline;
  readonly counted: Bout['counted'];
  /** How requests waited with an old version that was asked enough; null: there is none. Absent where an older Greenroom has begun. */
  readonly usual?: WaitingSeen | null;
}

async function open(site: Site): Promise<Opening> {
  const loads = await site.traffic.load();
  const old = await servingRelease(site);
  const before = loads.find((load) => load.colour === old?.colour);
  const now = loads.find((load) => load.colour === site.colour);
  return {
    baseline: { requests: before?.requests ?? 0, badAnswers: before ? bad(before) : 0 },
    // The counters of a colour begin anew when it gets its place, so that everything in them is the new version's: all that it was asked
    // with a share of whatever size, and all that it was asked since it has everything.
    counted: { sinceAt: now?.countedSinceAt ?? 0, requests: 0, badAnswers: 0 },
    usual: await usualOf(site, before),
  };
}

/** At earlier steps of a shift the old version had more to answer. */
async function usualOf(site: Site, old: ColourLoad | undefined): Promise<WaitingSeen | null> {
  if (old === undefined || old.requests < site.environment.bake.minimumRequests) return null;
  const earlier = (await ownFacts(site)).flatMap(({ usual }) => (usual ? [usual as unknown as WaitingSeen] : []));
  return [{ unanswered: old.unanswered ?? [], slowestMs: old.slowestAnswerMs }, ...earlier].reduce(longerWaiting);
}

interface Ground extends Watch {
  readonly baseline: BakeBaseline;
  readonly usual?: WaitingSeen | null;
  readonly proven: Starts;
  readonly subjects: readonly Subject[];
}

async function watch(task: StepTask, bout: Bout, ground: Ground, signal: AbortSignal): Promise<Bout> {
  const { site, step } = task;
  const { clock } = site.world;
  const { rules, share } = ground;
  const { looks } = rules;
  const allowed = {
    allowed: allowedShare(rules, ground.baseline),
    usual: ground.usual ?? null,
    forMs: rules.forMs,
  };
  const beganAt = clock.now();
  const began = clock.elapsed();
  const lookMs = looks && bout.looks ? untilLookMs(looks, bout.looks, bout.watchedMs) : Infinity;
  const spentMs = () => clock.elapsed() - began;
  const watchedMs = () => bout.watchedMs + spentMs();
  const isOvertime = bout.watchedMs > 0 && bout.watchedMs >= rules.forMs;
  const untilMs = isOvertime ? rules.forMs + overtimeMs(rules, bout.tally.waits) : rules.forMs;
  const windowEndsMs = Math.min(windowMs, untilMs - bout.watchedMs, isOvertime ? Infinity : lookMs);
  const asked: ProbeAnswer[] = [];
  const beside =
    looks && bout.looks
      ? askBeside(
          { site, rules: looks, tally: bout.looks, subjects: ground.subjects, watchedMs: bout.watchedMs },
          signal,
        )
      : null;
  const headers = share === null ? {} : newSide;
  const see = openRunningLooks(site);
  const probes = probesBeside(site, headers, { everyMs: rules.everyMs, isOvertime }, signal);
  let now = bout;
  const restMs = () => (isOvertime && isSettled(rules, now.tally) ? 0 : windowEndsMs - spentMs());
  try {
    while (!signal.aborted && now.fault === null) {
      now = await look(site, now, { share, proven: ground.proven, ...allowed, see, watchedMs });
      const round = signal.aborted ? null : probes.over();
      if (round !== null) {
        // A probe may meet the fault before the proxy's counters are read again.
        const badAt = round.timed.some(({ durationMs }) => durationMs === null) ? clock.now() : null;
        now = { ...now, tally: withProbes(now.tally, round.seen), firstBadAt: earlier(now.firstBadAt, badAt) };
        asked.push(...round.timed);
        await site.world.reach(`${step.name}:inside`);
      }
      const isTimeOver = watchedMs() >= rules.forMs;
      probes.turn({ spentMs: spentMs(), isTimeOver, isWindowOver: restMs() <= 0 });
      const fault = now.fault ?? bakeFault(rules, now.tally, ground.baseline);
      if (fault !== null) now = { ...now, fault, faultAt: clock.now() };
      const leftMs = restMs();
      if (leftMs <= 0) beside?.end();
      if (leftMs <= 0 && !probes.isUnderWay() && (beside?.isDone() ?? true)) break;
      await clock.sleep(leftMs > 0 ? Math.min(lookEveryMs, Math.max(1, leftMs)) : settleEveryMs, signal);
    }
  } finally {
    probes.drop();
    beside?.drop();
  }
  const seenMs = watchedMs();
  const watched = { ...now, watchedMs: seenMs, isOver: isWatched(rules, now.tally, seenMs) };
  if (!bout.looks || !looks || now.fault !== null || signal.aborted) return watched;
  const seen = {
    requests: now.tally.requests - bout.tally.requests,
    badAnswers: now.tally.badAnswers - bout.tally.badAnswers,
    probes: asked,
    pairs: (await beside?.pairs) ?? {},
  };
  const tally = takeIn(bout.looks, ground.subjects, seen);
  // The look at the end has all that was seen, also beyond the time.
  if (!watched.isOver && (seenMs >= rules.forMs || seenMs < (tally.looks + 1) * looks.everyMs))
    return { ...watched, looks: tally };
  const which = { subjects: ground.subjects, watchedMs: seenMs, isOver: watched.isOver, beganAt, bake: bakeName(task) };
  const ended = await endLook(site, tally, which);
  const faultAt = ended.fault === null ? watched.faultAt : clock.now();
  return { ...watched, looks: ended.tally, fault: ended.fault, faultAt };
}

/** By its operation, so that a bake that is asked for again keeps what the first one saw. */
const bakeName = ({ step, operation }: StepTask): string =>
  `${step.name}-${operation.slice(operation.lastIndexOf('-') + 1)}`;

function close(site: Site, bout: Bout, { baseline, usual, subjects, rules, share }: Ground): OperationResult {
  const { tally, firstBadAt, faultAt, watchedMs } = bout;
  const fault = bout.fault && [bout.fault, lostWords(bout.copies)].filter((each) => each !== null).join('; ');
  const isByHand = bout.byHand ?? (bout.fault !== null && bout.fault === tally.stranger?.reason);
  const judgements = bout.looks ? judgeSubjects(bout.looks, subjects, bout.isOver) : [];
  const doubt = lookDoubt(judgements);
  const facts = {
    ...{
      probes: tally.probes,
      failedProbes: tally.failedProbes,
      unansweredProbes: tally.unanswered ?? 0,
      requests: tally.requests,
      badAnswers: tally.badAnswers,
      watchedSeconds: Math.round(watchedMs / 100) / 10,
    },
    ...(tally.blindLooks && { blindLooks: tally.blindLooks }),
    ...(tally.untoldLooks && { untoldLooks: tally.untoldLooks }),
    ...(tally.waits?.late && { unansweredRequests: tally.waits.late }),
    ...(tally.unseenLooks && { unseenLooks: tally.unseenLooks }),
    ...(share !== null && { percent: share, ...(usual && { usual: { ...usual } }) }),
    ...(isByHand && { byHand: true }),
    ...{ baselineRequests: baseline.requests, baselineBadAnswers: baseline.badAnswers, firstBadAt, faultAt },
    ...lookFacts(bout.looks, judgements),
    ...(bout.copies?.lost.length && { lostCopies: bout.copies.lost.join(', ') }),
  };
  if (fault === null && doubt !== null) return { status: 'unknown', reason: doubt };
  if (fault === null) {
    const gap = bakeGap(
      rules,
      tally,
      probesOf(site).map(({ url }) => url),
    );
    if (gap === null) return { status: 'done', facts };
    return { status: 'unknown', reason: `insufficient data: ${gap} in ${formatDuration(watchedMs)}` };
  }
  if (rules.rollBack === 'hold') return { status: 'unknown', reason: fault };
  return { status: 'failed', reason: fault, facts };
}
