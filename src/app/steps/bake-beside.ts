import type { Gathering, LooksTally, Subject } from '../../domain/bake-looks.ts';
import type { BakeLooks } from '../../domain/project.ts';
import type { Instance } from '../../kinds/driver.ts';
import { observe, type Site } from '../site.ts';

/** Longest wait for an answer, as a probe waits. One that takes longer counts as this long. */
const answerWithinMs = 5_000;

type Comparison = Extract<Subject, { kind: 'comparison' }>;

export interface BesideTask {
  readonly site: Site;
  readonly rules: BakeLooks;
  readonly subjects: readonly Subject[];
  readonly tally: LooksTally;
  /** How much of the bake was watched before this window. */
  readonly watchedMs: number;
}

type Pairs = Readonly<Record<string, Pick<Gathering, 'oldMs' | 'newMs'>>>;

/**
 * Asks old and new in turn while a window lasts, evenly over the look: the same path, one right after the other, first the one and
 * then the other first. It goes on beside the watch and never holds it up: after `end` no pair begins, those that have begun are
 * waited for (else slow ones would be missed), and `isDone` says when. A pair that only one of the two answered is none.
 */
export function askBeside(task: BesideTask, signal: AbortSignal): Beside {
  const [ending, dropping] = [new AbortController(), new AbortController()];
  const signals: Signals = {
    begin: AbortSignal.any([signal, ending.signal]),
    ask: AbortSignal.any([signal, dropping.signal]),
  };
  const comparisons = task.subjects.filter((subject): subject is Comparison => subject.kind === 'comparison');
  let isDone = false;
  const all = comparisons.map(async (subject) => [subject.name, await pairsOf(task, subject, signals)] as const);
  const pairs = Promise.all(all)
    .then((found): Pairs => Object.fromEntries(found))
    .finally(() => (isDone = true));
  // A window that found a fault never asks for them.
  pairs.catch(() => {});
  const end = () => ending.abort();
  const drop = () => (ending.abort(), dropping.abort());
  return { pairs, end, drop, isDone: () => isDone };
}

export interface Beside {
  readonly pairs: Promise<Pairs>;
  end(): void;
  drop(): void;
  isDone(): boolean;
}

interface Signals {
  readonly begin: AbortSignal;
  readonly ask: AbortSignal;
}

async function pairsOf(task: BesideTask, subject: Comparison, signals: Signals) {
  const { clock } = task.site.world;
  const { samples } = task.rules.compare!;
  const [oldMs, newMs]: [number[], number[]] = [[], []];
  const had = task.tally.open[subject.name]?.oldMs.length ?? 0;
  const spacingMs = task.rules.everyMs / samples;
  const inLookMs = task.watchedMs - task.tally.looks * task.rules.everyMs;
  const beganAt = clock.elapsed();
  while (!signals.begin.aborted) {
    const number = had + oldMs.length;
    const waitMs = number < samples ? number * spacingMs - inLookMs - (clock.elapsed() - beganAt) : spacingMs;
    if (waitMs <= 0) {
      const pair = await onePair(task.site, { service: subject.service, number }, signals.ask);
      if (pair !== null) oldMs.push(pair.oldMs);
      if (pair !== null) newMs.push(pair.newMs);
      if (pair !== null) continue;
    }
    // A pair that was missed is tried again, not at once.
    await clock.sleep(Math.max(10, waitMs > 0 ? waitMs : spacingMs), signals.begin).catch(() => {});
  }
  return { oldMs, newMs };
}

async function onePair(site: Site, { service, number }: { service: string; number: number }, signal: AbortSignal) {
  const addresses = await addressesOf(site, service).catch(() => null);
  if (addresses === null) return null;
  const paths = site.environment.bake.probes.filter((probe) => probe.service === service).map((probe) => probe.path);
  const known = paths.length > 0 ? paths : [site.project.services.find((each) => each.name === service)!.health.path];
  const path = known[Math.floor(number / 2) % known.length]!;
  const ask = (place: Instance) => latencyOf(site, `http://${place.host}:${place.port}${path}`, signal);
  // Old, new, new, old …: what the first of a pair pays for the second does not add up.
  const isOldFirst = number % 4 === 0 || number % 4 === 3;
  const [first, second] = isOldFirst ? [addresses.old, addresses.fresh] : [addresses.fresh, addresses.old];
  const latencies = [await ask(first), await ask(second)] as const;
  const [oldMs, newMs] = isOldFirst ? latencies : [latencies[1], latencies[0]];
  return oldMs === null || newMs === null ? null : { oldMs, newMs };
}

async function addressesOf(site: Site, service: string) {
  const { colour } = site.deployment.plan.standing;
  const old = colour && (await observe(site, colour)).find((each) => each.service === service);
  const fresh = (await observe(site, site.colour)).find((each) => each.service === service);
  return old && fresh ? { old, fresh } : null;
}

/** Null: it did not answer, or with 5xx; that is for the probes and for the traffic to judge, and no latency. */
async function latencyOf(site: Site, url: string, signal: AbortSignal): Promise<number | null> {
  const request = { method: 'GET', url, timeoutMs: answerWithinMs, maxBytes: 4096 };
  const answer = await site.effects.http.request(request, signal).catch(() => null);
  if (answer === null || signal.aborted) return null;
  if (answer.status === 'unreachable') return answer.errorCode === 'ETIMEDOUT' ? answerWithinMs : null;
  return answer.code < 500 ? Math.max(0.01, answer.durationMs) : null;
}
