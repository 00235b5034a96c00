// Deaths and disturbances that are more than one kill of the control plane. Each answers what was wrong; empty when nothing was.
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab, Running } from './lab.ts';
import { conclude, reachedIn, waitForEnd, type Ground } from './loop.ts';
import { isStopped, signal, until } from './processes.ts';

export type Complaints = readonly string[];

/** Begins a deployment of a new version and answers as soon as `step` has begun; the process goes on. */
async function deployUntil({ lab }: Ground, step: string): Promise<{ running: Running; id: string }> {
  const fault = lab.fault(null);
  const running = lab.run(['deploy', 'staging', '--json'], { fault });
  // Told by a file and not by the database: a short step is never missed, however slow the machine is.
  await until(`staging at ${step}`, () => reachedIn(fault).includes(`${step}:before`), 90_000);
  return { running, id: await lab.newest() };
}

const resumed = async (lab: Lab, codes: readonly number[] = [0]): Promise<Complaints> => {
  const { code, output } = await lab.run(['resume', 'staging', '--json']).ended;
  return code !== null && codes.includes(code) ? [] : [`resume ended with ${code}: ${output.slice(-800)}`];
};

export interface Victims {
  readonly control?: boolean;
  readonly worker?: boolean;
  readonly watchdog?: boolean;
  readonly postmaster?: boolean;
  readonly keeper?: boolean;
}

/** SIGKILL of some of the processes at once, while `step` runs; requests may fail only while the edge was down. */
export async function killParts(
  ground: Ground,
  step: string,
  victims: Victims,
): Promise<{ complaints: Complaints; darkMs: number }> {
  const { lab, stream } = ground;
  const beganAt = Date.now();
  const before = ground.serves;
  lab.nextVersion();
  const { running, id } = await deployUntil(ground, step);
  const { postmaster, keeper } = lab.postgres();
  const edge = lab.edge();
  const killedAt = Date.now();
  const pids = [
    ...(victims.control ? [running.pid] : []),
    ...(victims.keeper && keeper !== null ? [keeper] : []),
    ...(victims.postmaster && postmaster !== null ? [postmaster] : []),
    ...(victims.watchdog ? edge.watchdogs : []),
    ...(victims.worker ? edge.workers : []),
  ];
  for (const pid of pids) signal(pid, 'SIGKILL');
  const complaints: string[] = [];
  let isRefused = false;
  if (pids.length < Object.values(victims).filter(Boolean).length)
    complaints.push(`not all were there: ${pids.join(', ')}`);
  if (victims.control) {
    await running.ended;
    complaints.push(...(await resumed(lab)));
  } else {
    const { code, output } = await running.ended;
    isRefused = code === 1 && (await lab.standing(id)).ending === 'no-go' && isTheTeamsMigration(step, victims);
    if (code !== 0 && !isRefused) complaints.push(`deploy ended with ${code}: ${output.slice(-800)}`);
  }
  const stands = await waitForEnd(lab, id);
  if (stands !== null) complaints.push(stands);
  const failed = stream.failures(beganAt);
  const darkMs = failed.length === 0 ? 0 : Math.max(...failed.map(({ endedAt }) => endedAt)) - killedAt;
  const edgeDied = victims.worker === true || victims.watchdog === true;
  // With the edge dead, requests fail until it is back; the longest that was measured is reported, and bounded here.
  const tolerated = edgeDied
    ? failed.filter(({ sentAt }) => sentAt >= killedAt - 1_000 && sentAt <= killedAt + 20_000).length
    : 0;
  if (failed.length > tolerated)
    complaints.push(`${failed.length - tolerated} requests failed while nothing of the edge was down`);
  if (!isRefused) complaints.push(...(await conclude(ground, true, Date.now())));
  else complaints.push(...(await concludeRefused(ground, before)));
  return { complaints, darkMs };
}

/** The team's own command loses its connection with the server, says that it failed, and is believed. */
const isTheTeamsMigration = (step: string, { postmaster }: Victims): boolean =>
  postmaster === true && step.includes('/migrate-');

/** The old version serves; the migration was begun once at most, and what it wrote is there at most once. */
async function concludeRefused(ground: Ground, serves: string): Promise<Complaints> {
  const said = await conclude(ground, true, Date.now(), { ending: 'no-go', serves, migrations: 0 });
  return said.filter((complaint) => !/^the migration (?:ran 1 times|left 1 rows)/.test(complaint));
}

/** The owner is paused longer than its lease, another goes on, and the owner wakes: it must change nothing and leave (F006). */
export async function staleOwner(ground: Ground, point: string): Promise<Complaints> {
  const { lab } = ground;
  const beganAt = Date.now();
  lab.nextVersion();
  const fault = lab.fault(point, 'SIGSTOP');
  const sleeper = lab.run(['deploy', 'staging', '--json'], { fault });
  await until(`paused at ${point}`, () => isStopped(sleeper.pid), 90_000);
  const complaints = [...(await resumed(lab))];
  complaints.push(...(await wakeFenced(lab, sleeper, 0)));
  return [...complaints, ...(await conclude(ground, true, beganAt))];
}

/** The owner is paused between its claim and the switch; meanwhile another switches and goes back (F007). */
export async function staleSwitch(ground: Ground): Promise<Complaints> {
  const { lab } = ground;
  const beganAt = Date.now();
  lab.nextVersion({ bakes: false });
  const fault = lab.fault('traffic:claimed', 'SIGSTOP');
  const sleeper = lab.run(['deploy', 'staging', '--json'], { fault });
  await until('paused before the switch', () => isStopped(sleeper.pid), 90_000);
  const complaints = [...(await resumed(lab, [7]))];
  complaints.push(...(await wakeFenced(lab, sleeper, 7)));
  return [...complaints, ...(await conclude(ground, false, beganAt))];
}

/**
 * Wakes a process whose deployment another one has brought to its end: nothing may move any more. It says that it was fenced off, or,
 * when it reads the end before it hears of the fence, reports that end.
 */
async function wakeFenced(lab: Lab, sleeper: Running, endCode: number): Promise<Complaints> {
  const before = await standingOf(lab);
  signal(sleeper.pid, 'SIGCONT');
  const { code, output } = await sleeper.ended;
  const after = await standingOf(lab);
  return [
    ...((code === 3 && output.includes('GR3401')) || code === endCode
      ? []
      : [`the paused process ended with ${code}: ${output.slice(-800)}`]),
    ...(after === before ? [] : [`the paused process changed ${before} to ${after}`]),
  ];
}

/** Everything a stale owner could bend: how long the record is, what is recorded to serve, and where the proxy points. */
async function standingOf(lab: Lab): Promise<string> {
  const [row] = await lab.rows(
    `select (select count(*) from greenroom.record) as records, (select count(*) from greenroom.result) as results,
            (select serving::text from greenroom.environment where name = 'staging') as serving`,
  );
  return JSON.stringify([row, readFileSync(`${lab.home}/environments/staging/edge/state.json`, 'utf8')]);
}

/** SIGTERM: what runs is handed back in time, and another goes on (F013). */
export async function handedBack(ground: Ground, step: string): Promise<{ complaints: Complaints; tookMs: number }> {
  const { lab } = ground;
  const beganAt = Date.now();
  lab.nextVersion();
  const { running } = await deployUntil(ground, step);
  const askedAt = Date.now();
  signal(running.pid, 'SIGTERM');
  const ended = await Promise.race([running.ended, sleep(30_000).then(() => null)]);
  const tookMs = Date.now() - askedAt;
  const complaints: string[] = [];
  if (ended === null || tookMs > 25_000) complaints.push(`it did not leave within 25 s`);
  else if (ended.code !== 130)
    complaints.push(`it ended with ${ended.code ?? ended.signal}: ${ended.output.slice(-500)}`);
  if (ended === null) signal(running.pid, 'SIGKILL');
  complaints.push(...(await resumed(lab)), ...(await conclude(ground, true, beganAt)));
  return { complaints, tookMs };
}

/** Two recoverers at once: each step happens once all the same (F005). */
export async function twoRecoverers(ground: Ground, point: string): Promise<Complaints> {
  const { lab } = ground;
  const beganAt = Date.now();
  lab.nextVersion();
  await lab.run(['deploy', 'staging', '--json'], { fault: lab.fault(point) }).ended;
  const both = await Promise.all([resumed(lab), resumed(lab)]);
  return [...both.flat(), ...(await conclude(ground, true, beganAt))];
}

/** Two releases to one environment: one holds it, the other waits, and they go live in the order they were asked for (F068). */
export async function twoAtOnce(ground: Ground): Promise<Complaints> {
  const { lab } = ground;
  const beganAt = Date.now();
  lab.nextVersion();
  const { running, id: firstId } = await deployUntil(ground, 'infrastructure/migrate-main');
  lab.nextVersion();
  const second = await lab.run(['deploy', 'staging', '--json']).ended;
  const first = await running.ended;
  const complaints: string[] = [];
  for (const { code, output } of [first, second])
    if (code !== 0) complaints.push(`deploy ended with ${code}: ${output.slice(-600)}`);
  const secondId = await lab.newest();
  const [row] = await lab.rows<{ ended: string; began: string }>(
    `select (select max(sequence) from greenroom.record where deployment = $1) as ended,
            (select min(sequence) from greenroom.record where deployment = $2 and kind = 'deployment-began') as began`,
    [firstId, secondId],
  );
  if (Number(row?.began) < Number(row?.ended)) complaints.push('the second began before the first had ended');
  return [...complaints, ...(await conclude(ground, true, beganAt))];
}

/** Two environments at once do not wait for each other (F069). */
export async function twoPlaces(ground: Ground): Promise<Complaints> {
  const { lab } = ground;
  const beganAt = Date.now();
  lab.nextVersion();
  const { running, id } = await deployUntil(ground, 'infrastructure/migrate-main');
  const promotion = lab.run(['promote', 'production', '--release', ground.serves, '--json']);
  const [first, second] = await Promise.all([running.ended, promotion.ended]);
  const complaints = [first, second].flatMap(({ code, output }) =>
    code === 0 ? [] : [`it ended with ${code}: ${output.slice(-600)}`],
  );
  const [row] = await lab.rows<{ overlap: boolean }>(
    `select (select ended_at from greenroom.deployment where id = $1) > (select created_at from greenroom.deployment where id = $2) as overlap`,
    [id, await lab.newest('production')],
  );
  if (row?.overlap !== true) complaints.push('they did not run at the same time');
  return [...complaints, ...(await conclude(ground, true, beganAt))];
}

/** A cancel while `step` runs, or as the process dies there: taken back, never "cancelled" with the traffic on the new (F017). */
export async function cancelled(ground: Ground, step: string): Promise<Complaints> {
  const { lab } = ground;
  const beganAt = Date.now();
  const before = ground.serves;
  lab.nextVersion();
  const { running, id } = await deployUntil(ground, step);
  const cancel = await lab.run(['cancel', 'staging', '--json']).ended;
  await running.ended;
  const stands = await waitForEnd(lab, id);
  const { ending } = await lab.standing(id);
  const isLate = ending === 'live';
  const complaints = [
    ...(stands === null ? [] : [stands]),
    ...(cancel.code === 0 || isLate ? [] : [`cancel ended with ${cancel.code}: ${cancel.output.slice(-600)}`]),
    ...(ending === 'cancelled' || isLate ? [] : [`it ended as ${ending}`]),
  ];
  const override = isLate
    ? {}
    : { ending: 'cancelled' as const, serves: before, migrations: await migrationsOf(lab, id) };
  return [...complaints, ...(await conclude(ground, true, beganAt, override))];
}

/** How often the migration is recorded as begun and done: what the ledgers must agree with. */
async function migrationsOf(lab: Lab, id: string): Promise<number> {
  const rows = await lab.rows(
    `select 1 from greenroom.record where deployment = $1 and kind = 'step-ended' and data->>'step' like '%migrate%' and data->>'status' = 'done'`,
    [id],
  );
  return rows.length;
}

/** A migration that was cut off together with its runner is unknown: nobody runs it again before a person says so (F008). */
export async function unknownMigration(
  ground: Ground,
  choice: 'retry' | 'continue' | 'go-back',
  together = 1,
): Promise<Complaints> {
  const { lab } = ground;
  const beganAt = Date.now();
  const before = ground.serves;
  lab.nextVersion();
  lab.slowMigration(30_000);
  const { running, id } = await deployUntil(ground, 'infrastructure/migrate-main');
  const release = await releaseNamed(lab, id);
  await until('the migration has begun', () => ledgerLines(lab, release) === 1, 15_000);
  const command = migrationProcesses(lab);
  for (const pid of [running.pid, ...command]) signal(pid, 'SIGKILL');
  await running.ended;
  lab.slowMigration(0);
  const complaints: string[] = [];
  const held = await lab.run(['resume', 'staging', '--json']).ended;
  const stands = await lab.standing(id);
  if (held.code !== 3 || stands.hold !== 'unknown')
    complaints.push(`not held: ${held.code} ${JSON.stringify(stands)} ${held.output.slice(-500)}`);
  if (ledgerLines(lab, release) !== 1) complaints.push('the migration was run again without being asked for');
  const answers = await Promise.all(
    Array.from({ length: together }, () => lab.run(['resume', 'staging', `--${choice}`, '--json']).ended),
  );
  const codes = answers.map(({ code }) => code);
  if (!codes.includes(choice === 'go-back' ? 1 : 0))
    complaints.push(`resume --${choice} ended with ${codes.join(', ')}: ${answers[0]?.output.slice(-600)}`);
  const override = choice === 'go-back' ? { ending: 'cancelled' as const, serves: before } : {};
  // Two lines where a person asked for it again; the first one was cut off before it had written its row.
  const lines = ledgerLines(lab, release);
  if (lines !== (choice === 'retry' ? 2 : 1)) complaints.push(`the migration was begun ${lines} times`);
  const known = (await conclude(ground, true, beganAt, { ...override, migrations: choice === 'retry' ? 1 : 0 })).filter(
    (complaint) =>
      !complaint.startsWith('the migration ran') && !(choice === 'continue' && complaint.startsWith('done were')),
  );
  return [...complaints, ...known];
}

const ledgerLines = (lab: Lab, release: string): number =>
  readFileSync(lab.ledger, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`staging ${release} `)).length;

async function releaseNamed(lab: Lab, id: string): Promise<string> {
  const [row] = await lab.rows<{ release: string }>(
    `select plan->'release'->>'id' as release from greenroom.deployment where id = $1`,
    [id],
  );
  return row?.release ?? '';
}

/** The migrate command and the runner above it, which knows its folder. */
function migrationProcesses(lab: Lab): readonly number[] {
  const commands = markedPrograms(lab, 'migrate.mjs');
  return [...commands, ...commands.map(parentOf).filter((pid) => pid > 1)];
}

const markedPrograms = (lab: Lab, program: string): readonly number[] =>
  lab
    .marked()
    .filter(({ argv }) => argv.some((word) => word.endsWith(program)))
    .map(({ pid }) => pid);

const parentOf = (pid: number): number =>
  Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);

/** A condition is accepted after the verdict was written and before the flow waits for it: kept, and counted once (F020, F016). */
export async function earlyAcceptance(ground: Ground): Promise<Complaints> {
  const { lab } = ground;
  const beganAt = Date.now();
  const plain = lab.edit((text) => `${text}${conditionalPhases}`);
  lab.nextVersion();
  const complaints: string[] = [];
  try {
    const first = await lab.run(['deploy', 'staging', '--json'], { fault: lab.fault('decision/verdict:inside') }).ended;
    if (first.signal !== 'SIGKILL') complaints.push(`nobody died: ${first.output.slice(-600)}`);
    const [row] = await lab.rows<{ condition: string | null }>(
      `select verdict->'conditions'->0->>'id' as condition from greenroom.deployment where id = $1`,
      [await lab.newest()],
    );
    if (!row?.condition) return [...complaints, 'the verdict has no condition'];
    await lab.must(['accept', row.condition, '--json']);
    complaints.push(...(await resumed(lab)));
    const held = await lab.rows(`select 1 from greenroom.record where deployment = $1 and kind = 'held'`, [
      await lab.newest(),
    ]);
    if (held.length > 0) complaints.push('it was held for a condition that had been accepted');
  } finally {
    lab.edit(() => plain);
  }
  return [...complaints, ...(await conclude(ground, true, beganAt))];
}

/** One check that fails and does not block: a conditional go, held until it is accepted. */
const conditionalPhases = `  performance:
    checks:
      always-wrong: { kind: command, run: [node, -e, process.exit(1)], blocking: false }
  decision: { conditional: { then: hold, owner: somebody } }
`;

/** Greenroom is upgraded in the middle: another checkout, whose code differs, goes on (F012). */
export async function upgraded(ground: Ground, point: string): Promise<Complaints> {
  const { lab } = ground;
  const beganAt = Date.now();
  lab.nextVersion();
  const checkout = lab.otherCheckout((text) => `${text}\n// A later version.\n`);
  const first = await lab.run(['deploy', 'staging', '--json'], { fault: lab.fault(point) }).ended;
  const { code, output } = await lab.run(['resume', 'staging', '--json'], { checkout }).ended;
  const complaints = [
    ...(first.signal === 'SIGKILL' ? [] : [`nobody died at ${point}`]),
    ...(code === 0 ? [] : [`the other version ended with ${code}: ${output.slice(-600)}`]),
  ];
  return [...complaints, ...(await conclude(ground, true, beganAt))];
}

/** A step that kills whoever runs it: after five attempts without progress a person is asked, and other work goes on (F009). */
export async function poison(ground: Ground, point: string): Promise<Complaints> {
  const { lab } = ground;
  const beganAt = Date.now();
  const before = ground.serves;
  lab.nextVersion();
  const complaints: string[] = [];
  await lab.run(['deploy', 'staging', '--json'], { fault: lab.fault(point) }).ended;
  const id = await lab.newest();
  let deaths = 1;
  for (; deaths < 8; deaths += 1) {
    const {
      signal: name,
      code,
      output,
    } = await lab.run(['resume', 'staging', '--json'], { fault: lab.fault(point) }).ended;
    if (name === 'SIGKILL') continue;
    if (code !== 3) complaints.push(`resume ended with ${code}: ${output.slice(-500)}`);
    break;
  }
  const stands = await lab.standing(id);
  if (stands.hold !== 'unknown' || deaths !== 5)
    complaints.push(`after ${deaths} deaths it stands as ${JSON.stringify(stands)}`);
  const back = await lab.run(['resume', 'staging', '--go-back', '--json']).ended;
  if (back.code !== 1) complaints.push(`resume --go-back ended with ${back.code}: ${back.output.slice(-500)}`);
  return [...complaints, ...(await conclude(ground, true, beganAt, { ending: 'cancelled', serves: before }))];
}
