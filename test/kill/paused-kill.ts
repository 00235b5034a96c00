// SIGKILL of any of the parts at an exact point of a deployment: the process that carries it pauses there, the victims die, and then it
// wakes, or dies with them.
import type { Ended, Fault, Lab, Running } from './lab.ts';
import { conclude, waitForEnd, type Ground } from './loop.ts';
import type { Probe } from './probes.ts';
import { isStopped, isThere, signal, until } from './processes.ts';

export type Part = 'control' | 'worker' | 'watchdog' | 'postmaster' | 'keeper';

/** Who dies together. */
export const victims = {
  control: ['control'],
  edge: ['worker', 'watchdog'],
  worker: ['worker'],
  postgres: ['postmaster', 'keeper'],
  postmaster: ['postmaster'],
  all: ['control', 'worker', 'watchdog', 'postmaster', 'keeper'],
} as const satisfies Record<string, readonly Part[]>;

export type Victim = keyof typeof victims;

export interface PausedKill {
  readonly victim: Victim;
  /** Fault point at which they die. */
  readonly point: string;
  /** False: the release fails its bake, so that points of the way back can be named. */
  readonly bakes: boolean;
}

export interface PausedKillResult extends PausedKill {
  /** What is wrong; empty when all is right. */
  readonly complaints: readonly string[];
  /** From the kill to the end of the last request of a user that failed; 0 when none did. */
  readonly darkMs: number;
  readonly tookMs: number;
}

const pausedMs = 90_000;
const deathMs = 20_000;
/** Services listen one after another when the edge comes back: between the first good answer and the last bad one. */
const comingBackMs = 1_000;

export async function pausedKill(ground: Ground, round: PausedKill): Promise<PausedKillResult> {
  const { lab, stream } = ground;
  const beganAt = Date.now();
  const parts: readonly Part[] = victims[round.victim];
  lab.nextVersion({ bakes: round.bakes });
  const before = await lab.newest();
  const fault = lab.fault(round.point, 'SIGSTOP');
  const running = lab.run(['deploy', 'staging', '--json'], { fault });
  const complaints: string[] = [];
  const killedAt = await killWhilePaused(lab, running, fault, parts);
  if (killedAt === null)
    complaints.push(`nobody was paused at ${round.point}: ${(await running.ended).output.slice(-600)}`);
  const codes = round.bakes ? [0] : [7];
  const carrier = parts.includes('control') ? await resumeAfter(lab, running) : await running.ended;
  if (!codes.includes(carrier.code ?? -1))
    complaints.push(
      `${parts.includes('control') ? 'resume' : 'deploy'} ended with ${carrier.code ?? carrier.signal}: ${carrier.output.slice(-800)}`,
    );
  const id = await lab.newest();
  if (id === before) complaints.push('no deployment was written');
  const stands = await waitForEnd(lab, id);
  if (stands !== null) complaints.push(stands);
  // Nobody watches over an edge that died whole once its deployment is over; the next engine brings it back.
  if (lab.edge().workers.length === 0) await lab.must(['resume', 'staging', '--json']);
  complaints.push(...(await conclude(ground, round.bakes, Number.POSITIVE_INFINITY)));
  const { outage, others } = sorted(stream.probes, killedAt ?? beganAt, beganAt);
  complaints.push(...wrongFailures(parts.includes('worker') ? others : [...outage, ...others]));
  if (stands !== null) await lab.run(['resume', 'staging', '--go-back', '--json']).ended;
  const darkMs = outage.length === 0 ? 0 : Math.max(...outage.map(({ endedAt }) => endedAt)) - (killedAt ?? beganAt);
  return { ...round, complaints, darkMs, tookMs: Date.now() - beganAt };
}

const wrongFailures = (failed: readonly Probe[]): readonly string[] =>
  failed.length === 0
    ? []
    : [
        `${failed.length} requests failed that should not, first: ${failed[0]?.error ?? ''} at ${failed[0]?.sentAt ?? 0}`,
      ];

/** Waits for the pause and kills; answers when, or null when the process ended without having paused. */
async function killWhilePaused(
  lab: Lab,
  running: Running,
  fault: Fault,
  parts: readonly Part[],
): Promise<number | null> {
  let isOver = false;
  void running.ended.then(() => (isOver = true));
  await until(`paused at ${fault.point}`, () => isOver || isStopped(running.pid), pausedMs);
  if (isOver) return null;
  const pids = pidsOf(lab, running, parts);
  // Frozen before they are killed: none of them sees another one die.
  for (const pid of pids) signal(pid, 'SIGSTOP');
  const killedAt = Date.now();
  for (const pid of pids) signal(pid, 'SIGKILL');
  await until(`${parts.join(', ')} are dead`, () => pids.every((pid) => !isThere(pid)), deathMs);
  if (!parts.includes('control')) signal(running.pid, 'SIGCONT');
  return killedAt;
}

/** Throws when one of the victims is not there to be killed. */
function pidsOf(lab: Lab, running: Running, parts: readonly Part[]): readonly number[] {
  const { watchdogs, workers } = lab.edge();
  const { postmaster, keeper } = lab.postgres();
  const there: Record<Part, readonly (number | null)[]> = {
    control: [running.pid],
    worker: workers,
    watchdog: watchdogs,
    postmaster: [postmaster],
    keeper: [keeper],
  };
  return parts.flatMap((part) => {
    const pids = there[part].filter((pid) => pid !== null);
    if (pids.length !== 1) throw new Error(`there should be one ${part} to kill: ${pids.join(', ') || 'none'}`);
    return pids;
  });
}

async function resumeAfter(lab: Lab, dead: Running): Promise<Ended> {
  await dead.ended;
  return lab.run(['resume', 'staging', '--json']).ended;
}

/** The failures of the one hole that a dead edge leaves, and those before it or after it had come back. */
function sorted(
  probes: readonly Probe[],
  killedAt: number,
  beganAt: number,
): { outage: readonly Probe[]; others: readonly Probe[] } {
  const failed = probes.filter(({ error, endedAt }) => error !== null && endedAt >= beganAt);
  const backAt = Math.min(
    ...probes.filter(({ error, sentAt }) => error === null && sentAt > killedAt).map(({ endedAt }) => endedAt),
  );
  const isOutage = ({ sentAt, endedAt }: Probe): boolean => endedAt >= killedAt && sentAt <= backAt + comingBackMs;
  return { outage: failed.filter(isOutage), others: failed.filter((probe) => !isOutage(probe)) };
}
