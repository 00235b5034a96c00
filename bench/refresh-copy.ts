/**
 * The masked copy of a whole database beside the ways that others have: medians of interleaved rounds, as ratios to `pg_dump | psql` without
 * masking. `GREENROOM_BENCH_ROWS` (5,600,000) is how many rows the source has, `GREENROOM_BENCH_ROUNDS` (3) how often each way runs. The bars stand for whole sizes:
 * a smaller source is measured too, and said to be one.
 */
import { spawnSync } from 'node:child_process';
import pg from 'pg';
import { buildRefresh } from './refresh-built.ts';
import type { Told } from './refresh-child.ts';
import { findTools, openServers, type Server, type Servers } from './refresh-servers.ts';
import { leftSql, sourceSql, tables } from './refresh-source.ts';
import { pgcopydb, readBoth, waysOf, type Way } from './refresh-ways.ts';
import type { BenchRow } from './row.ts';

export const WHOLE_ROWS = 4_000_000;
const WHOLE_BYTES = 1e9;
const MOST_MEMORY_BYTES = 300e6;
export const rowCount = Number(process.env['GREENROOM_BENCH_ROWS'] ?? 5_600_000);
export const roundCount = Number(process.env['GREENROOM_BENCH_ROUNDS'] ?? 3);

interface Run {
  readonly tookMs: number;
  readonly told: Told | null;
}

export const copyRows = (): Promise<readonly BenchRow[]> =>
  onServers('copy', async (servers, program) => {
    const rows = await fill(servers, rowCount);
    const bytes = Number(await ask(servers.source.url('prod'), 'SELECT pg_database_size(current_database()) AS count'));
    const { plain, masked, proven, pipe, others } = waysOf(servers, program);
    const copydb = pgcopydb(servers);
    const all = [plain, masked, pipe, proven, ...others, ...(copydb ? [copydb] : [])];
    const runs = new Map<Way, Run[]>(all.map((way) => [way, []]));
    const left = new Map<Way, number>();
    const readings: number[] = [];
    for (let round = 0; round < roundCount; round++)
      for (const way of all) {
        runs.get(way)!.push(await runOnce(servers, way, rows));
        if (way === proven) readings.push(elapsedMs(() => readBoth(servers)));
        left.set(way, await ask(servers.target.url('stage'), leftSql));
      }
    const timeOf = (way: Way): number => median(runs.get(way)!.map(({ tookMs }) => tookMs));
    const ratio = (way: Way, to = plain): number => timeOf(way) / timeOf(to);
    const isWhole = rows >= WHOLE_ROWS && bytes >= WHOLE_BYTES && roundCount >= 3;
    const barred = (name: string, value: number, bar: number): BenchRow =>
      row(name, value, '×', `<= ${bar}`, value <= bar);
    const peak = Math.max(...[masked, proven].flatMap((way) => runs.get(way)!.map(({ told }) => told!.peakBytes)));
    const { originalCount, setBytes, isCompiled } = runs.get(proven)![0]!.told!;
    const leftCount = left.get(masked)! + left.get(proven)!;
    return [
      row(`${isWhole ? 'whole' : 'SMALLER THAN THE BARS ARE FOR'}: rows`, rows, 'rows', 'reported', true),
      row('size of the source', bytes / 1e6, 'MB', 'reported', true),
      row(plain.name, timeOf(plain) / 1000, 's', 'reported', true),
      barred(masked.name, ratio(masked), 0.85),
      barred('Greenroom masked, to the raw COPY pipe', ratio(masked, pipe), 1.1),
      barred(proven.name, ratio(proven), 1.05),
      ...[pipe, ...others].map((way) => row(way.name, ratio(way), '×', 'reported', true)),
      copydb
        ? row(copydb.name, ratio(copydb), '×', 'reported', true)
        : row('pgcopydb: not installed, not measured', 0, '', 'reported', true),
      row('the kernel was the compiled one', Number(isCompiled), '', '1', isCompiled),
      ...stationRows(runs.get(proven)!),
      row('both sides read once and thrown away, two lanes', median(readings) / 1000, 's', 'reported', true),
      row('peak memory of Greenroom', peak / 1e6, 'MB', '<= 300', peak <= MOST_MEMORY_BYTES),
      row('originals', originalCount, 'forms', '> 0', originalCount > 0),
      row('memory of the proof for each', setBytes / originalCount, 'bytes', '<= 16', setBytes <= 16 * originalCount),
      row('addresses of the source in the masked copies', leftCount, '', '0', leftCount === 0),
      {
        ...row('control: in the unmasked one they are found', left.get(plain)!, '', '> 0', left.get(plain)! > 0),
        control: true,
      },
      {
        ...row(
          'control: a process of 400 MB is seen as one',
          hungry() / 1e6,
          'MB',
          '> 300',
          hungry() > MOST_MEMORY_BYTES,
        ),
        control: true,
      },
    ];
  });

/** With the refresh as a build has it, and two servers that are there as long as `measure` takes. */
export async function onServers(
  part: string,
  measure: (servers: Servers, program: string) => Promise<readonly BenchRow[]>,
): Promise<readonly BenchRow[]> {
  const binDir = findTools();
  if (binDir === null)
    return [row(`${part}: no PostgreSQL with pg_dump, pg_restore and psql: not measured`, 0, '', 'measured', false)];
  const [program, servers] = [await buildRefresh(), await openServers(binDir)];
  try {
    return await measure(servers, program);
  } finally {
    servers.close();
  }
}

/** A new source; how many rows it has. */
export async function fill(servers: Servers, size: number): Promise<number> {
  await fillBy(servers, sourceSql(size));
  return countRows(servers.source.url('prod'));
}

export async function fillBy({ source }: Servers, sql: string): Promise<void> {
  const admin = await open(source.url('postgres'));
  await admin.query('DROP DATABASE IF EXISTS prod');
  await admin.query('CREATE DATABASE prod');
  await admin.query('DROP ROLE IF EXISTS reader');
  await admin.query('CREATE ROLE reader LOGIN BYPASSRLS IN ROLE pg_read_all_data');
  await admin.end();
  const client = await open(source.url('prod'));
  await client.query(sql);
  await client.query('VACUUM ANALYZE');
  await client.query('CHECKPOINT');
  await client.end();
}

const countRows = (url: string): Promise<number> =>
  ask(url, `SELECT ${tables.map((table) => `(SELECT count(*) FROM ${table})`).join(' + ')} AS count`);

/** Throws when not all rows, indexes and foreign keys have come. */
export async function runOnce({ source, target }: Servers, way: Way, rows: number): Promise<Run> {
  const run = await timed(target, way);
  const built = `SELECT (SELECT count(*) FROM pg_indexes WHERE schemaname = 'public') + (SELECT count(*) FROM pg_constraint WHERE contype = 'f') AS count`;
  for (const [there, here] of [
    [rows, await countRows(target.url('stage'))],
    [await ask(source.url('prod'), built), await ask(target.url('stage'), built)],
  ])
    if (there !== here) throw new Error(`${way.name}: ${here} instead of ${there} rows, or indexes and foreign keys`);
  return run;
}

/** Into an empty database. */
export async function timed(target: Server, way: Way): Promise<Run> {
  const admin = await open(target.url('postgres'));
  await admin.query('DROP DATABASE IF EXISTS stage');
  await admin.query('CREATE DATABASE stage TEMPLATE template0');
  await admin.query("COMMENT ON DATABASE stage IS 'greenroom: staging'");
  await admin.query('CHECKPOINT');
  await admin.end();
  let told: Told | null = null;
  const tookMs = elapsedMs(() => (told = way.run()));
  console.log(`  ${way.name}: ${(tookMs / 1000).toFixed(1)} s`);
  return { tookMs, told };
}

function elapsedMs(act: () => void): number {
  const beganMs = performance.now();
  act();
  return performance.now() - beganMs;
}

const stationRows = (runs: readonly Run[]): BenchRow[] => {
  const names = Object.keys(runs[0]!.told!.stations) as (keyof Told['stations'])[];
  const lasting = (name: keyof Told['stations'], next: keyof Told['stations'] | undefined): number =>
    next === undefined ? 0 : median(runs.map(({ told }) => told!.stations[next]! - told!.stations[name]!));
  return names.map((name, i) => row(`… ${name}`, lasting(name, names[i + 1]) / 1000, 's', 'reported', true));
};

/** Bytes that a process has held at most which fills 400 MB. */
function hungry(): number {
  const code = 'const held = Buffer.alloc(4e8, 1); console.log(process.resourceUsage().maxRSS * 1024 + held[0] - 1)';
  return Number(spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' }).stdout);
}

export async function open(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return client;
}

export async function ask(url: string, query: string): Promise<number> {
  const client = await open(url);
  const { rows } = await client.query<{ count: string }>(query);
  await client.end();
  return Number(rows[0]!.count);
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!;

export function row(measure: string, value: number, unit: string, bar: string, holds: boolean): BenchRow {
  return { bench: 'refresh', measure, value, unit, bar, holds, control: false };
}
