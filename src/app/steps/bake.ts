import { judgeSubjects, noLooks, type LooksTally, type Subject } from '../../domain/bake-looks.ts';
import { lookDoubt } from '../../domain/bake-words.ts';
import { followCopies, lostWords, type SeenCopies } from '../../domain/copies.ts';
import { bakeFault, bakeGap, emptyTally, type BakeBaseline, type BakeTally } from '../../domain/bake.ts';
import { formatDuration } from '../../domain/duration.ts';
import type { OperationResult } from '../../domain/deployment.ts';
import type { Bake } from '../../domain/project.ts';
import { shareOf } from '../../domain/shift.ts';
import type { Step } from '../../domain/step.ts';
import { newSide } from '../../kinds/beside.ts';
import type { HttpAnswer } from '../../kinds/effects.ts';
import type { ColourLoad, TrafficState } from '../../kinds/traffic.ts';
import { observe, publicAddresses, servingRelease, type Site } from '../site.ts';
import { handWork } from '../sound-traffic.ts';
import { askBeside } from './bake-beside.ts';
import { bakeSubjects, endLook, lookFacts, takeIn, untilLookMs, type ProbeAnswer } from './bake-look.ts';
import type { StepModule, StepTask } from './step-task.ts';

/** Traffic and processes are looked at this often, whatever the interval of the probes. */
const lookEveryMs = 100;
/** Pairs that have begun are waited for with the watch going on. */
const settleEveryMs = 20;
/** One recorded answer per window: what is lost by a crash is at most this much watching. */
const windowMs = 30_000;

interface Bout {
  /** Time that was really watched; what passed while nobody looked does not count. */
  readonly watchedMs: number;
  readonly tally: BakeTally;
  readonly counted: { readonly sinceAt: number; readonly requests: number; readonly badAnswers: number };
  readonly fault: string | null;
  readonly isOver: boolean;
  readonly firstBadAt: number | null;
  readonly faultAt: number | null;
  /** Absent where nothing is judged by looks, so that what an older version has begun reads the same. */
  readonly looks?: LooksTally;
  /** Absent where no service is on several machines. */
  readonly copies?: SeenCopies;
}

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
  const opening = await run('bake begins', () => open(site));
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

async function open(site: Site): Promise<{ baseline: BakeBaseline; counted: Bout['counted'] }> {
  const loads = await site.traffic.load();
  const old = await servingRelease(site);
  const before = loads.find((load) => load.colour === old?.colour);
  const now = loads.find((load) => load.colour === site.colour);
  return {
    baseline: { requests: before?.requests ?? 0, badAnswers: before ? bad(before) : 0 },
    // The counters of a colour begin anew when it gets its place, so that everything in them is the new version's: all that it was asked
    // with a share of whatever size, and all that it was asked since it has everything.
    counted: { sinceAt: now?.countedSinceAt ?? 0, requests: 0, badAnswers: 0 },
  };
}

const bad = (load: ColourLoad): number => load.status5xx + load.transportErrors;

interface Ground extends Watch {
  readonly baseline: BakeBaseline;
  readonly subjects: readonly Subject[];
}

async function watch(task: StepTask, bout: Bout, ground: Ground, signal: AbortSignal): Promise<Bout> {
  const { site, step } = task;
  const { clock } = site.world;
  const { rules, share } = ground;
  const { looks } = rules;
  const beganAt = clock.now();
  const began = clock.elapsed();
  const lookMs = looks && bout.looks ? untilLookMs(looks, bout.looks, bout.watchedMs) : Infinity;
  const windowEndsMs = Math.min(windowMs, rules.forMs - bout.watchedMs, lookMs);
  const spentMs = () => clock.elapsed() - began;
  const asked: ProbeAnswer[] = [];
  const beside =
    looks && bout.looks
      ? askBeside(
          { site, rules: looks, tally: bout.looks, subjects: ground.subjects, watchedMs: bout.watchedMs },
          signal,
        )
      : null;
  let now = bout;
  let probeAtMs = 0;
  try {
    while (!signal.aborted && now.fault === null) {
      now = await look(site, now, share);
      if (spentMs() >= probeAtMs) {
        const probed = await probe(site, now.tally, share === null ? {} : newSide, signal);
        // A probe may meet the fault before the proxy's counters are read again.
        const badAt = probed.answers.some(({ durationMs }) => durationMs === null) ? clock.now() : null;
        now = { ...now, tally: probed.tally, firstBadAt: earlier(now.firstBadAt, badAt) };
        asked.push(...probed.answers);
        if (now.tally.probes > bout.tally.probes) await site.world.reach(`${step.name}:inside`);
        probeAtMs += rules.everyMs;
      }
      const fault = now.fault ?? bakeFault(rules, now.tally, ground.baseline);
      if (fault !== null) now = { ...now, fault, faultAt: clock.now() };
      const restMs = windowEndsMs - spentMs();
      if (restMs <= 0) beside?.end();
      if (restMs <= 0 && (beside?.isDone() ?? true)) break;
      await clock.sleep(restMs > 0 ? Math.min(lookEveryMs, Math.max(1, restMs)) : settleEveryMs, signal);
    }
  } finally {
    beside?.drop();
  }
  const watchedMs = bout.watchedMs + spentMs();
  const watched = { ...now, watchedMs, isOver: watchedMs >= rules.forMs };
  if (!bout.looks || !looks || now.fault !== null || signal.aborted) return watched;
  const seen = {
    requests: now.tally.requests - bout.tally.requests,
    badAnswers: now.tally.badAnswers - bout.tally.badAnswers,
    probes: asked,
    pairs: (await beside?.pairs) ?? {},
  };
  const tally = takeIn(bout.looks, ground.subjects, seen);
  if (!watched.isOver && watchedMs < (tally.looks + 1) * looks.everyMs) return { ...watched, looks: tally };
  const which = { subjects: ground.subjects, watchedMs, isOver: watched.isOver, beganAt, bake: bakeName(task) };
  const ended = await endLook(site, tally, which);
  const faultAt = ended.fault === null ? watched.faultAt : clock.now();
  return { ...watched, looks: ended.tally, fault: ended.fault, faultAt };
}

/** By its operation, so that a bake that is asked for again keeps what the first one saw. */
const bakeName = ({ step, operation }: StepTask): string =>
  `${step.name}-${operation.slice(operation.lastIndexOf('-') + 1)}`;

/** Real traffic as the proxy counts it, and whether every process still lives. */
async function look(site: Site, before: Bout, share: number | null): Promise<Bout> {
  const running = await observe(site, site.colour);
  const lost = site.project.services
    .filter(({ name }) => running.every(({ service }) => service !== name))
    .map((service) => service.name);
  const copies = followCopies(before.copies, running);
  const bout = copies ? { ...before, copies } : before;
  const load = (await site.traffic.load().catch(() => [])).find((each) => each.colour === site.colour);
  const fault = lost.length > 0 ? `${lost.join(', ')} exited` : await astray(site, share);
  if (!load) return { ...bout, fault };
  // A proxy that restarted counts from zero again: what it had counted before is kept.
  const isSame = load.countedSinceAt === bout.counted.sinceAt;
  const counts = isSame
    ? { requests: bout.counted.requests, badAnswers: bout.counted.badAnswers }
    : { requests: 0, badAnswers: 0 };
  const tally: BakeTally = {
    ...bout.tally,
    requests: bout.tally.requests + load.requests - counts.requests,
    badAnswers: bout.tally.badAnswers + bad(load) - counts.badAnswers,
  };
  const counted = { sinceAt: load.countedSinceAt, requests: load.requests, badAnswers: bad(load) };
  return { ...bout, tally, counted, fault, firstBadAt: earlier(bout.firstBadAt, load.firstErrorAt) };
}

/** What of the traffic is not as this bake needs it, in words; null also for a proxy that cannot tell for the moment. */
async function astray({ traffic, colour }: Site, share: number | null): Promise<string | null> {
  try {
    const current = await traffic.current();
    return current === null || has(current, colour, share)
      ? null
      : `the new version does not have ${share === null ? 'the traffic' : `${share} % of the traffic`}`;
  } catch (error) {
    return handWork(error);
  }
}

const earlier = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? (one ?? other) : Math.min(one, other);

function has({ colour, beside }: TrafficState, mine: Site['colour'], share: number | null): boolean {
  if (share === null) return colour === mine;
  return beside?.colour === mine && beside.gets.kind === 'share' && beside.gets.percent === share;
}

/** What the bake asks through the public address of every proxy, as a user would. */
function probesOf(site: Site): readonly { readonly service: string; readonly url: string }[] {
  const { project, environment } = site;
  const declared = environment.bake.probes;
  const probes =
    declared.length > 0 ? declared : project.services.map(({ name, health }) => ({ service: name, path: health.path }));
  return [publicAddresses(project, environment), ...site.traffic.others()].flatMap((addresses) =>
    probes.map(({ service, path }) => {
      const place = addresses[service]!;
      return { service, url: `http://${place.host}:${place.port}${path}` };
    }),
  );
}

/** An answer of 500 or more is a failure; no answer at all is an error. */
async function probe(site: Site, tally: BakeTally, headers: Readonly<Record<string, string>>, signal: AbortSignal) {
  const answers = await Promise.all(
    probesOf(site).map(async ({ service, url }) => {
      return {
        service,
        url,
        answer: await site.effects.http.request(
          { method: 'GET', url, headers, timeoutMs: 5_000, maxBytes: 4096 },
          signal,
        ),
      };
    }),
  );
  if (signal.aborted) return { tally, answers: [] };
  const failures = answers.flatMap(({ url, answer }) =>
    answer.status === 'answered' && answer.code >= 500 ? [`${url} answered ${answer.code}`] : [],
  );
  const errors = answers.flatMap(({ url, answer }) =>
    answer.status === 'unreachable' ? [`${url}: ${answer.reason}`] : [],
  );
  const told: BakeTally = {
    ...tally,
    probes: tally.probes + answers.length,
    failedProbes: tally.failedProbes + failures.length,
    errorsInARow: errors.length > 0 ? tally.errorsInARow + 1 : 0,
    lastFailure: failures[0] ?? errors[0] ?? tally.lastFailure,
    ...(tally.answered && { answered: withAnswered(tally.answered, answers) }),
  };
  const timed = answers.map(({ service, answer }): ProbeAnswer => {
    const isGood = answer.status === 'answered' && answer.code < 500;
    return { service, durationMs: isGood ? answer.durationMs : null };
  });
  return { tally: told, answers: timed };
}

const withAnswered = (
  before: readonly string[],
  answers: readonly { readonly url: string; readonly answer: HttpAnswer }[],
): readonly string[] => [
  ...new Set([...before, ...answers.flatMap(({ url, answer }) => (answer.status === 'answered' ? [url] : []))]),
];

function close(site: Site, bout: Bout, { baseline, subjects, rules, share }: Ground): OperationResult {
  const { tally, firstBadAt, faultAt, watchedMs } = bout;
  const fault = bout.fault && [bout.fault, lostWords(bout.copies)].filter((each) => each !== null).join('; ');
  const judgements = bout.looks ? judgeSubjects(bout.looks, subjects, bout.isOver) : [];
  const doubt = lookDoubt(judgements);
  const facts = {
    ...{
      probes: tally.probes,
      failedProbes: tally.failedProbes,
      requests: tally.requests,
      badAnswers: tally.badAnswers,
      watchedSeconds: Math.round(watchedMs / 100) / 10,
    },
    ...(share !== null && { percent: share }),
    ...{ baselineRequests: baseline.requests, baselineBadAnswers: baseline.badAnswers, firstBadAt, faultAt },
    ...lookFacts(bout.looks, judgements),
    ...(bout.copies?.lost.length && { lostCopies: bout.copies.lost.join(', ') }),
  };
  if (fault === null && doubt !== null) return { status: 'unknown', reason: doubt };
  if (fault === null) {
    const gap = bakeGap(
      tally,
      probesOf(site).map(({ url }) => url),
    );
    if (gap === null) return { status: 'done', facts };
    return { status: 'unknown', reason: `insufficient data: ${gap} in ${formatDuration(watchedMs)}` };
  }
  if (rules.rollBack === 'hold') return { status: 'unknown', reason: fault };
  return { status: 'failed', reason: fault, facts };
}
