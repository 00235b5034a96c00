import { answerWithinMs, type ProbeSeen } from '../../domain/bake.ts';
import type { Service } from '../../domain/project.ts';
import type { HttpAnswer } from '../../kinds/effects.ts';
import { tooLate, wrongRelease, wrongStatus } from '../ask-health.ts';
import { publicAddresses, type Site } from '../site.ts';
import type { ProbeAnswer } from './bake-look.ts';

interface Probe {
  readonly service: Service;
  readonly path: string;
  readonly url: string;
}

/** What the bake asks through the public address of every proxy, as a user would. */
export function probesOf(site: Site): readonly Probe[] {
  const { project, environment } = site;
  const declared = environment.bake.probes;
  const serviceOf = (name: string): Service => project.services.find((each) => each.name === name)!;
  const probes =
    declared.length > 0
      ? declared.map(({ service, path }) => ({ service: serviceOf(service), path }))
      : project.services.map((service) => ({ service, path: service.health.path }));
  return [publicAddresses(project, environment), ...site.traffic.others()].flatMap((addresses) =>
    probes.map(({ service, path }) => {
      const place = addresses[service.name]!;
      return { service, path, url: `http://${place.host}:${place.port}${path}` };
    }),
  );
}

/** What one question to each of them has come to. */
export interface Round {
  readonly seen: readonly ProbeSeen[];
  readonly timed: readonly ProbeAnswer[];
}

/** When to ask: every interval, and once more when the time is over. */
interface Schedule {
  readonly everyMs: number;
  /** The time is over already, and everybody has just been asked at its end. */
  readonly isOvertime: boolean;
}

/** Whoever hangs must not keep anybody from looking at everything else: rounds go on beside the looks, one at a time. */
export interface Probes {
  /** What the round that is under way has come to, once; null as long as not everything is answered. */
  over(): Round | null;
  /** Begins the next round where it is due. What the newest probes say when the time is over is not from before its end, whatever the interval. */
  turn(now: { readonly spentMs: number; readonly isTimeOver: boolean; readonly isWindowOver: boolean }): void;
  isUnderWay(): boolean;
  drop(): void;
}

export function probesBeside(
  site: Site,
  headers: Readonly<Record<string, string>>,
  { everyMs, isOvertime }: Schedule,
  signal: AbortSignal,
): Probes {
  let probing: Probing | null = null;
  let dueMs = isOvertime ? everyMs : 0;
  let isClosing = isOvertime;
  return {
    over() {
      const round = probing?.over() ?? null;
      if (round !== null) probing = null;
      return round;
    },
    turn({ spentMs, isTimeOver, isWindowOver }) {
      const closes = !isClosing && isTimeOver;
      if (probing !== null || !(closes || (!isWindowOver && spentMs >= dueMs))) return;
      isClosing ||= closes;
      probing = startProbes(site, headers, signal);
      dueMs = Math.max(dueMs + everyMs, spentMs);
    },
    isUnderWay: () => probing !== null,
    drop: () => probing?.drop(),
  };
}

interface Probing {
  over(): Round | null;
  drop(): void;
}

function startProbes(site: Site, headers: Readonly<Record<string, string>>, signal: AbortSignal): Probing {
  const own = new AbortController();
  let round: Round | null = null;
  let broke: { readonly error: unknown } | null = null;
  void ask(site, headers, AbortSignal.any([signal, own.signal])).then(
    (answers) => (round = answers),
    (error: unknown) => (broke = { error }),
  );
  return {
    over: () => {
      if (broke) throw broke.error;
      return round;
    },
    drop: () => own.abort(),
  };
}

/** No answer at all, or a late one to the health path, is an error, and a wrong one a failure. */
async function ask(site: Site, headers: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Round> {
  const answers = await Promise.all(
    probesOf(site).map(async (each) => {
      const { service, url } = each;
      const timeoutMs = Math.max(answerWithinMs, service.health.withinMs);
      const request = { method: 'GET', url, headers, timeoutMs, maxBytes: 64 * 1024 };
      const answer = await site.effects.http.request(request, signal);
      return { service: service.name, answer, seen: seenOf(each, answer, site.release.id) };
    }),
  );
  const timed = answers.map(({ service, answer, seen }): ProbeAnswer => {
    const isLate = seen.code === null && answer.status === 'answered';
    return { service, durationMs: seen.wrong === null || isLate ? answer.durationMs : null };
  });
  return { seen: answers.map(({ seen }) => seen), timed };
}

/** The health path is judged as strictly as before the switch, by status, release and time; of any other path nothing is known but that it is there. */
function seenOf({ service, path, url }: Probe, answer: HttpAnswer, releaseId: string): ProbeSeen {
  if (answer.status === 'unreachable') return { url, code: null, wrong: `${url}: ${answer.reason}` };
  const { code } = answer;
  const isHealth = path === service.health.path;
  const status = isHealth ? wrongStatus(answer) : code < 400 ? null : `status ${code}`;
  if (status !== null) return { url, code, wrong: `${url} answered ${code}` };
  const other = isHealth ? wrongRelease(service, answer, releaseId) : null;
  if (other !== null) return { url, code, wrong: `${url}: ${other}` };
  const late = isHealth ? tooLate(service, answer) : null;
  return { url, code: late === null ? code : null, wrong: late && `${url}: ${late}` };
}
