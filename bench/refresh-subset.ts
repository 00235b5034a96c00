/**
 * A quarter of a database, masked and closed over its foreign keys, beside an unmasked `pg_dump | psql` of the whole and a masked copy of the whole:
 * medians of interleaved rounds. Sizes and rounds as for the part `copy`.
 */
import { ask, fill, median, open, roundCount, row, rowCount, timed, WHOLE_ROWS } from './refresh-copy.ts';
import { findTools, openServers, type Servers } from './refresh-servers.ts';
import { leftSql, tables } from './refresh-source.ts';
import { buildRefresh } from './refresh-built.ts';
import { waysOf } from './refresh-ways.ts';
import type { BenchRow } from './row.ts';

const BAR = 0.35;
const FARTHEST_PERCENT = 3;

export async function subsetRows(): Promise<BenchRow[]> {
  const binDir = findTools();
  if (binDir === null)
    return [row('subset: no PostgreSQL with pg_dump, pg_restore and psql: not measured', 0, '', 'measured', false)];
  const servers = await openServers(binDir);
  try {
    const rows = await fill(servers, rowCount);
    const { plain, masked, quarter } = waysOf(servers, await buildRefresh());
    const all = [plain, masked, quarter];
    const times = new Map(all.map((way) => [way, [] as number[]]));
    for (let round = 0; round < roundCount; round++)
      for (const way of all) times.get(way)!.push((await timed(servers.target, way)).tookMs);
    const ratio = (way: typeof plain): number => median(times.get(way)!) / median(times.get(plain)!);
    const isWhole = rows >= WHOLE_ROWS && roundCount >= 3;
    const strangers = await differentUsers(servers);
    return [
      row(
        `subset, ${isWhole ? 'whole' : 'SMALLER THAN THE BAR IS FOR'}: rows of the source`,
        rows,
        'rows',
        'reported',
        true,
      ),
      row(`subset: ${plain.name}, of the whole`, median(times.get(plain)!) / 1000, 's', 'reported', true),
      row(quarter.name, ratio(quarter), '×', `<= ${BAR}`, ratio(quarter) <= BAR),
      ...(await shareRows(servers)),
      ...(await soundRows(servers)),
      row('users of the part with other sessions than in the source', strangers, 'users', '0', strangers === 0),
      {
        ...row('control: the whole, masked, is not that quick', ratio(masked), '×', `> ${BAR}`, ratio(masked) > BAR),
        control: true,
      },
      ...(await controls(servers)),
    ];
  } finally {
    servers.close();
  }
}

/** As many of each table as were asked for of the root that all hang on. */
async function shareRows({ source, target }: Servers): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const table of tables) {
    const count = `SELECT count(*) FROM ${table}`;
    const percent = (100 * (await ask(target.url('stage'), count))) / (await ask(source.url('prod'), count));
    const isNear = Math.abs(percent - 25) <= FARTHEST_PERCENT;
    rows.push(row(`… of ${table}`, percent, '%', `25 ± ${FARTHEST_PERCENT}`, isNear));
  }
  return rows;
}

async function soundRows({ source, target }: Servers): Promise<BenchRow[]> {
  const found =
    "SELECT count(*) FROM pg_constraint WHERE contype IN ('f', 'p', 'u', 'c') AND convalidated AND connamespace = 'public'::regnamespace";
  const [there, here] = [await ask(source.url('prod'), found), await ask(target.url('stage'), found)];
  const left = await ask(target.url('stage'), leftSql);
  return [
    row('constraints of the part that PostgreSQL has found whole', here, '', `${there}`, here === there),
    row('addresses of the source in the part', left, '', '0', left === 0),
  ];
}

/** Users of the part who have not exactly the sessions that they have in the source. */
async function differentUsers({ source, target }: Servers): Promise<number> {
  const counted = (where: string): string =>
    `SELECT u.id, count(s.id) AS n FROM users u LEFT JOIN sessions s ON s.user_id = u.id ${where} GROUP BY 1 ORDER BY 1`;
  const [there, here] = [await open(source.url('prod')), await open(target.url('stage'))];
  const { rows: kept } = await here.query<{ id: string; n: string }>(counted(''));
  const ids = kept.map(({ id }) => id);
  const { rows: whole } = await there.query<{ id: string; n: string }>(counted('WHERE u.id = ANY ($1)'), [ids]);
  await Promise.all([there.end(), here.end()]);
  if (kept.length === 0 || whole.length !== kept.length) throw new Error('the part has users that the source has not');
  return kept.filter(({ n }, i) => n !== whole[i]!.n).length;
}

/** A session taken away is seen. */
async function controls(servers: Servers): Promise<BenchRow[]> {
  const client = await open(servers.target.url('stage'));
  await client.query('DELETE FROM sessions WHERE id = (SELECT min(id::text)::uuid FROM sessions)');
  await client.end();
  const seen = await differentUsers(servers);
  return [{ ...row('control: a session that was taken away is seen', seen, 'users', '1', seen === 1), control: true }];
}
