// One round of the kill loop: a deployment in which a process dies at a point, somebody goes on, and the oracle looks.
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Lab, type Ended, type Fault, type Running } from './lab.ts';
import { judge, lookAt, proxyOf, type Expectation } from './oracle.ts';
import type { PlatformKind } from './platforms/platform.ts';
import { isToll } from './platforms/toll.ts';
import { ProbeStream } from './probes.ts';
import { signal, until } from './processes.ts';

export interface Ground {
  readonly lab: Lab;
  readonly stream: ProbeStream;
  /** Release that has the traffic of staging. */
  serves: string;
  /** Release that had it before, and is still kept. */
  before: string | null;
  /** Services started until the newest deployment was asked for. */
  startsBefore: number;
  /** Whether `greenroom status` is asked after every round: a second each. */
  readonly asksStatus: boolean;
}

/** What is asked for. */
export interface Asked {
  /** False: the release fails its bake, so that the way back is killed too. */
  readonly bakes: boolean;
  /** `greenroom rollback` to the release before, instead of a new one. */
  readonly returns?: boolean;
}

export interface Round extends Asked {
  /** Fault point inside Greenroom, or a point of the platform's toll. */
  readonly point: string;
  /** `resume`: a new process after the death. `peer`: one that stood by all the time. */
  readonly takeover: 'resume' | 'peer';
}

export interface RoundResult extends Round {
  /** What is wrong; empty when all is right. */
  readonly complaints: readonly string[];
  /** From the death (peer) or the start of the new process (resume) until a flow of the deployment was taken up again. */
  readonly recoveryMs: number | null;
  readonly tookMs: number;
}

const endMs = 60_000;
/** A command that has not ended by then is ended, and wrong: nothing here takes half as long. */
const commandMs = 240_000;

/** The fixture's greenroom.yaml, with staging asking for rehearsals of the way back. */
export const rehearsingFile = (text: string): string =>
  text.replace('  staging:\n', '  staging:\n    rehearse-rollback: true\n');

export interface GroundOptions {
  readonly asksStatus?: boolean;
  readonly rehearses?: boolean;
  readonly kind?: PlatformKind | null;
}

/** A lab in which a first release serves staging, with users who ask it all the time. */
export async function openGround({
  asksStatus = false,
  rehearses = false,
  kind = null,
}: GroundOptions = {}): Promise<Ground> {
  const lab = await Lab.open(kind);
  if (rehearses) lab.edit(rehearsingFile);
  try {
    lab.nextVersion();
    await lab.must(['deploy', 'staging', '--json']);
    const serves = await releaseOf(lab, await lab.newest());
    const stream = new ProbeStream(lab.ports.staging);
    return { lab, stream, serves, before: null, startsBefore: lab.starts(), asksStatus };
  } catch (error) {
    await lab.close();
    throw error;
  }
}

export async function closeGround({ lab, stream }: Ground): Promise<void> {
  await stream.stop();
  await lab.close();
}

/** Every fault point that an undisturbed deployment passes, in order; and what was wrong with it. */
export async function discover(
  ground: Ground,
  asked: Asked,
): Promise<{ points: readonly string[]; complaints: readonly string[] }> {
  const { lab } = ground;
  const fault = lab.fault(null);
  const beganAt = Date.now();
  // In one order with the points inside Greenroom.
  lab.platform?.toll?.watch({ onPass: (point) => appendFileSync(`${fault.file}.reached`, `${point}\n`) });
  const { argv, override } = begin(ground, asked);
  const ended = await lab.run(argv, { fault }).ended;
  const complaints =
    ended.code === (asked.bakes ? 0 : 7) ? [] : [`${argv[0]} ended with ${ended.code}: ${ended.output}`];
  const points = [...new Set(reachedIn(fault))];
  complaints.push(...(await conclude(ground, asked.bakes, beganAt, override)));
  return { points, complaints };
}

/** Makes what is asked for ready, and answers how to ask and what must come of it: each of the two services is started once. */
function begin(ground: Ground, { bakes, returns }: Asked): { argv: readonly string[]; override: Partial<Expectation> } {
  const { lab, before } = ground;
  ground.startsBefore = lab.starts();
  const override = { starts: 2, ...(returns && { serves: before ?? 'nothing' }) };
  if (returns) return { argv: ['rollback', 'staging', '--to', before ?? 'nothing', '--json'], override };
  lab.nextVersion({ bakes });
  return { argv: ['deploy', 'staging', '--json'], override };
}

/** Fault points that were passed by the processes that were given `fault`, in order. */
export const reachedIn = ({ file }: Fault): readonly string[] =>
  existsSync(`${file}.reached`) ? readFileSync(`${file}.reached`, 'utf8').trim().split('\n') : [];

export async function killRound(ground: Ground, round: Round): Promise<RoundResult> {
  const { lab } = ground;
  const beganAt = Date.now();
  const { argv, override } = begin(ground, round);
  const before = await lab.newest();
  const fault = lab.fault(isToll(round.point) ? null : round.point);
  const peer = round.takeover === 'peer' ? await standBy(lab, fault) : null;
  const first = lab.run(argv, { fault, limitMs: commandMs });
  lab.platform?.toll?.watch(isToll(round.point) ? { point: round.point, kill: () => killed(first) } : {});
  const death = await Promise.race([first.ended, ...(peer ? [deathOf(peer)] : [])]);
  const complaints: string[] = [];
  if (death.signal !== 'SIGKILL' || death.endedAt - first.startedAt > commandMs)
    complaints.push(`nobody died at ${round.point}: ${death.code} ${death.output.slice(-600)}`);
  const second = peer ? null : lab.run(['resume', 'staging', '--json'], { limitMs: commandMs });
  const resumed = await second?.ended;
  if (resumed && ![0, 7].includes(resumed.code ?? -1))
    complaints.push(`resume ended with ${resumed.code}: ${resumed.output.slice(-600)}`);
  const id = await lab.newest();
  if (id === before)
    return {
      ...round,
      complaints: [...complaints, 'no deployment was written'],
      recoveryMs: null,
      tookMs: Date.now() - beganAt,
    };
  const stands = await waitForEnd(lab, id);
  if (stands !== null) complaints.push(stands);
  if (peer) await stopPeer(peer, first);
  complaints.push(...(await conclude(ground, round.bakes, beganAt, override)));
  if (stands !== null) await clear(lab);
  const recoveryMs = await takenUp(lab, id, death.endedAt, second?.startedAt ?? death.endedAt);
  return { ...round, complaints, recoveryMs, tookMs: Date.now() - beganAt };
}

async function killed(running: Running): Promise<void> {
  signal(running.pid, 'SIGKILL');
  await running.ended;
}

/** A round that failed must not hold the environment against those after it. */
async function clear(lab: Lab): Promise<void> {
  await lab.run(['resume', 'staging', '--go-back', '--json']).ended;
}

/** Never resolves for a process that ends by itself. */
const deathOf = (running: Running): Promise<Ended> =>
  new Promise((resolve) => void running.ended.then((ended) => ended.signal === 'SIGKILL' && resolve(ended)));

async function standBy(lab: Lab, fault?: Fault): Promise<Running> {
  const [before] = await lab.rows<{ count: string }>('select count(*) from greenroom.node');
  const peer = lab.run(['watch', 'staging'], fault ? { fault } : {});
  await until(
    'the peer has joined',
    async () => (await lab.rows<{ count: string }>('select count(*) from greenroom.node'))[0]?.count !== before?.count,
    60_000,
  );
  return peer;
}

async function stopPeer(peer: Running, first: Running): Promise<void> {
  for (const { pid } of [peer, first]) {
    try {
      process.kill(pid, 'SIGTERM');
    } catch {
      // Died in this round.
    }
  }
  await Promise.all([peer.ended, first.ended]);
}

/** Null when it has ended; otherwise how it stands. */
export async function waitForEnd(lab: Lab, id: string, timeoutMs = endMs): Promise<string | null> {
  const untilMs = performance.now() + timeoutMs;
  for (;;) {
    const stands = await lab.standing(id);
    if (stands.ending !== null) return null;
    if (stands.hold !== null || performance.now() > untilMs) return `it has not ended: ${JSON.stringify(stands)}`;
    await sleep(50);
  }
}

/** Flows that were told off but not closed are closed by the next engine; answers those that are not. */
export async function settled({ lab }: Ground): Promise<readonly string[]> {
  const open = () =>
    lab.rows<{ id: string; status: string }>(
      `select workflow_uuid as id, status from dbos.workflow_status where status in ('PENDING', 'ENQUEUED', 'ERROR')`,
    );
  const engine = lab.run(['watch']);
  await until('no flow is open', async () => (await open()).length === 0, 20_000).catch(() => undefined);
  process.kill(engine.pid, 'SIGTERM');
  await engine.ended;
  return (await open()).map(({ id, status }) => `flow ${id} is still ${status}`);
}

/** Looks at everything, and remembers who serves now. */
export async function conclude(
  ground: Ground,
  bakes: boolean,
  beganAt: number,
  override: Partial<Expectation> = {},
): Promise<readonly string[]> {
  const { lab, stream, asksStatus } = ground;
  const id = await lab.newest();
  // The flow that wrote the end may still be about to say that it is done.
  await until('flows at rest', async () => (await restless(lab, id)) === 0, 5_000).catch(() => undefined);
  // And an edge that lost one of its processes about to start the next.
  await until('the proxy is whole', () => isWhole(lab), 5_000).catch(() => undefined);
  await sleep(60);
  const serves = bakes ? await releaseOf(lab, id) : ground.serves;
  const expected: Expectation = { ending: bakes ? 'live' : 'rolled-back', serves, migrations: 1, ...override };
  const facts = await lookAt(lab, {
    ...{ place: 'staging', id, failedProbes: stream.failures(beganAt) },
    ...{ withStatus: asksStatus, startsBefore: ground.startsBefore },
  });
  if (facts.serving !== null && facts.serving !== ground.serves) {
    ground.before = ground.serves;
    ground.serves = facts.serving;
  }
  return judge(facts, 'staging', expected);
}

const isWhole = (lab: Lab): boolean => Object.values(proxyOf(lab, 'staging')).every((count) => count === 1);

const restless = async (lab: Lab, id: string): Promise<number> =>
  (
    await lab.rows(
      `select 1 from dbos.workflow_status where (workflow_uuid = $1 or workflow_uuid like $2) and status in ('PENDING', 'ENQUEUED')`,
      [id, `${id}/%`],
    )
  ).length;

async function releaseOf(lab: Lab, id: string): Promise<string> {
  const [row] = await lab.rows<{ release: string }>(
    `select plan->'release'->>'id' as release from greenroom.deployment where id = $1`,
    [id],
  );
  return row?.release ?? '';
}

async function takenUp(lab: Lab, id: string, diedAt: number, sinceAt: number): Promise<number | null> {
  const [row] = await lab.rows<{ at: string | null }>(
    `select min(started_at_epoch_ms) as at from dbos.workflow_status where (workflow_uuid = $1 or workflow_uuid like $2) and started_at_epoch_ms > $3`,
    [id, `${id}/%`, diedAt],
  );
  return row?.at ? Number(row.at) - sinceAt : null;
}
