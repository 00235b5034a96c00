/**
 * `greenroom refresh` killed with SIGKILL at random moments: the command, a backend of the source, a backend of the target, the whole server of the
 * target. Each round: the old data is what it was or the new one is whole, the next run succeeds, and nothing is left behind.
 * `GREENROOM_BENCH_SEED` (1) and `GREENROOM_BENCH_ROUNDS` (50) say which moments and how many.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, makeEnds } from '../test/refresh/hard.ts';
import { openLab, type Lab } from '../test/refresh/lab.ts';
import { row } from './refresh-copy.ts';
import type { Server } from './refresh-servers.ts';
import type { BenchRow } from './row.ts';

const victims = ['command', 'a backend of the target', 'a backend of the source', 'the server of the target'] as const;
type Victim = (typeof victims)[number];

const seed = Number(process.env['GREENROOM_BENCH_SEED'] ?? 1);
const roundCount = Number(process.env['GREENROOM_BENCH_ROUNDS'] ?? 50);
const rules = `columns:
  public.people.email: email
  public.people.note: text
patterns: { "**": { keep: true, because: made up } }
`;
const sourceSql = `CREATE TABLE people (id bigserial PRIMARY KEY, email text UNIQUE, note text, boss bigint REFERENCES people);
INSERT INTO people (email, note, boss) SELECT 'p' || i || '@sea.example', 'ask p' || i || '@sea.example', CASE WHEN i > 1 THEN 1 END FROM generate_series(1, 8000) i;
CREATE TABLE orders (id bigserial PRIMARY KEY, person bigint REFERENCES people, filler text); INSERT INTO orders (person, filler) SELECT 1 + i % 8000, md5(i::text) FROM generate_series(1, 40000) i;
CREATE INDEX ON orders (person); CREATE MATERIALIZED VIEW counted AS SELECT person, count(*) FROM orders GROUP BY 1`;

/** Numbers from 0 to before 1 that a seed tells (mulberry32). */
function drawn(from: number): () => number {
  let state = from >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Of the old data: every row of every table. */
const fingerprint = async (url: string): Promise<string> => {
  const [found] = await ask<{ told: string }>(
    url,
    "SELECT count(*) || ' ' || md5(string_agg(p::text, '|' ORDER BY id)) AS told FROM people p",
  );
  return found!.told;
};

/** What no refresh may leave: databases beside, roles, sessions, slots, prepared transactions, files that PostgreSQL or the command keeps for a while. */
async function left(lab: Lab): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [end, server] of Object.entries({ source: lab.servers.source, target: lab.servers.target })) {
    const rows = await ask<{ what: string }>(
      server.url('postgres'),
      `SELECT 'database ' || datname AS what FROM pg_database WHERE datname NOT IN ('postgres', 'template0', 'template1', 'prod', 'stage')
       UNION ALL SELECT 'role ' || rolname FROM pg_roles WHERE rolname !~ '^pg_' AND rolname NOT IN ('postgres', 'reader')
       UNION ALL SELECT 'session ' || application_name FROM pg_stat_activity WHERE application_name ~ 'greenroom'
       UNION ALL SELECT 'slot ' || slot_name FROM pg_replication_slots
       UNION ALL SELECT 'prepared transaction ' || gid FROM pg_prepared_xacts
       UNION ALL SELECT 'temporary file ' || name FROM pg_ls_tmpdir()`,
    );
    found.push(...rows.map(({ what }) => `${end}: ${what}`));
  }
  return [...found, ...readdirSync(lab.temporary).map((name) => `temporary file ${name}`)];
}

interface Round {
  readonly victim: Victim;
  readonly atMs: number;
  readonly station: string;
  readonly ended: string;
  readonly complaints: readonly string[];
}

async function kill(lab: Lab, victim: Victim, pid: number, pick: number): Promise<boolean> {
  if (victim === 'command') return signal(pid);
  if (victim === 'the server of the target') {
    return killServer(lab.servers.target);
  }
  const { url } = victim === 'a backend of the target' ? lab.servers.target : lab.servers.source;
  const pids = await backends(url);
  return pids.length > 0 && signal(pids[Math.floor(pick * pids.length)]!);
}

/** The postmaster first, so that it starts nobody again, then all that it had started; until the kernel has forgotten them. */
async function killServer(server: Server): Promise<boolean> {
  const postmaster = server.pid();
  const children = readFileSync(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8').trim().split(' ');
  const all = [postmaster, ...children.map(Number)];
  for (const pid of all) signal(pid);
  while (all.some((pid) => existsSync(`/proc/${pid}/root`))) await sleep(20);
  return true;
}

/** Again as long as somebody of the dead one still holds its memory. */
async function startAgain(server: Server): Promise<void> {
  for (let tries = 1; ; tries++)
    try {
      return server.start();
    } catch (error) {
      if (tries === 10) throw error;
      await sleep(500);
    }
}

const backends = async (url: Server['url']): Promise<readonly number[]> =>
  (
    await ask<{ pid: number }>(
      url('postgres'),
      "SELECT pid FROM pg_stat_activity WHERE application_name = 'greenroom refresh' ORDER BY pid",
    )
  ).map(({ pid }) => pid);

function signal(pid: number): boolean {
  try {
    process.kill(pid, 'SIGKILL');
    return true;
  } catch {
    return false;
  }
}

/** A server that lost a backend starts over by itself, in a moment. */
async function answering({ url }: Server): Promise<void> {
  for (const endMs = performance.now() + 60_000; performance.now() < endMs; await sleep(100))
    if ((await ask(url('postgres'), 'SELECT').catch(() => null)) !== null) return;
  throw new Error('the server did not come back');
}

async function oneRound(
  lab: Lab,
  whole: string,
  [victim, atMs, pick]: readonly [Victim, number, number],
): Promise<Round> {
  const { source, target } = lab.servers;
  await ask(target.url('stage'), "UPDATE people SET note = 'the old data' WHERE id % 2 = 0");
  const before = await fingerprint(target.url('stage'));
  const running = lab.start();
  const early = await Promise.race([running.ended.then(() => true), sleep(atMs).then(() => false)]);
  const said = running.said();
  const hit = early ? false : await kill(lab, victim, running.pid, pick);
  const { code, signal: by, stdout, stderr } = await running.ended;
  if (hit && victim === 'the server of the target') await startAgain(target);
  await Promise.all([answering(source), answering(target)]);
  const after = await fingerprint(target.url('stage'));
  const isWhole = after === whole;
  const complaints = [
    ...(after !== before && !isWhole ? [`the data is neither the old nor the new: ${after}`] : []),
    ...(code === 0 && !isWhole ? ['it said that it refreshed, and the data is not new'] : []),
    ...(code === 70 ? [`it says that it broke: ${stderr.slice(-300)}`] : []),
    ...(/sea\.example/.test(stdout + stderr) ? ['it said an original'] : []),
  ];
  if (!hit && complaints.length === 0) return { victim, atMs, station: '-', ended: 'missed', complaints };
  const next = await lab.refresh();
  if (next.code !== 0) complaints.push(`the next run failed: ${next.stderr.slice(-400)}`);
  else if ((await fingerprint(target.url('stage'))) !== whole) complaints.push('the next run left other data');
  complaints.push(...(await left(lab)).map((each) => `left behind: ${each}`));
  const station = [...said.matchAll(/^ {2}([a-z]+)$/gm)].at(-1)?.[1];
  const ended = `${hit ? 'hit' : 'missed'}, ended ${by ?? code}, ${isWhole && after !== before ? 'new data' : 'old data'}`;
  return { victim, atMs, station: station ?? 'starting', ended, complaints };
}

export async function killRows(): Promise<readonly BenchRow[]> {
  const lab = await openLab();
  if (lab === null) return [row('kills: no PostgreSQL of its own package: not measured', 0, '', 'measured', false)];
  try {
    const { target } = lab.servers;
    await makeEnds(lab.servers, sourceSql);
    lab.rules(rules);
    const quick = await lab.refresh();
    const { code, tookMs, stdout, stderr } = await lab.refresh();
    if (quick.code !== 0 || code !== 0) throw new Error(`undisturbed: ${stdout}${stderr}`);
    const whole = await fingerprint(target.url('stage'));
    console.log(`  seed ${seed}, ${roundCount} moments in ${tookMs} ms`);
    const next = drawn(seed);
    const rounds: Round[] = [];
    // A victim that is not there at that moment is no round; another moment is drawn.
    for (let tries = 0; rounds.length < roundCount && tries < 3 * roundCount; tries++) {
      const victim = victims[Math.floor(next() * victims.length)]!;
      const plan = [victim, Math.round((0.2 + 0.8 * next()) * tookMs), next()] as const;
      const done = await oneRound(lab, whole, plan).catch((error: unknown): Round => {
        return { victim, atMs: plan[1], station: '-', ended: 'broke', complaints: [String(error)] };
      });
      const { atMs, station, ended, complaints } = done;
      if (!ended.startsWith('missed') || complaints.length > 0) rounds.push(done);
      console.log(
        `  ${String(rounds.length).padStart(2)}/${roundCount} ${victim.padEnd(24)} ${String(atMs).padStart(6)} ms  ${station.padEnd(10)} ${ended.padEnd(32)} ${complaints.join(' | ') || 'ok'}`,
      );
    }
    return [...rowsOf(rounds), ...(await controls(lab, whole))];
  } finally {
    await lab.close();
  }
}

function rowsOf(rounds: readonly Round[]): readonly BenchRow[] {
  const having = (pattern: RegExp): number =>
    rounds.filter(({ complaints }) => complaints.some((each) => pattern.test(each))).length;
  const zero = (what: string, value: number): BenchRow => row(`kills: ${what}`, value, 'rounds', '0', value === 0);
  const hit = rounds.filter(({ ended }) => ended.startsWith('hit'));
  const stations = new Set(hit.map(({ station }) => station));
  return [
    row('kills: moments', rounds.length, 'rounds', '>= 50', rounds.length >= 50),
    ...victims.map((victim) =>
      row(
        `kills: of them ${victim} hit`,
        hit.filter((each) => each.victim === victim).length,
        'rounds',
        '> 0',
        hit.some((each) => each.victim === victim),
      ),
    ),
    row('kills: different stations', stations.size, 'stations', '>= 4', stations.size >= 4),
    row(
      'kills: after the swap, the new data is whole',
      rounds.filter(({ ended }) => ended.endsWith('new data')).length,
      'rounds',
      'reported',
      true,
    ),
    zero('neither the old data nor the new', having(/neither|not new/)),
    zero('something left behind', having(/left behind/)),
    zero('the next run failed or brought other data', having(/next run/)),
    zero('wrong in any way', rounds.filter(({ complaints }) => complaints.length > 0).length),
  ];
}

/** What the looks must notice: a database and a role that nobody made, and one changed row. */
async function controls(lab: Lab, whole: string): Promise<readonly BenchRow[]> {
  const { target } = lab.servers;
  await ask(target.url('postgres'), 'CREATE DATABASE orphan');
  await ask(target.url('postgres'), 'CREATE ROLE orphan');
  const seen = (await left(lab)).length;
  await ask(target.url('stage'), "UPDATE people SET note = 'x' WHERE id = 77");
  const isSeen = (await fingerprint(target.url('stage'))) !== whole;
  return [
    { ...row('kills: an orphaned database and role are seen', seen, '', '2', seen === 2), control: true },
    { ...row('kills: one changed row is seen', Number(isSeen), '', '1', isSeen), control: true },
  ];
}
