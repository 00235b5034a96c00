// One table. Without checks its rows go in as they are made; with checks they lie beside first, PostgreSQL names those that it would refuse, and these are made again.
import type { Client } from 'pg';
import { fail } from '../../domain/failure.ts';
import type { OpenRows, Values } from '../../domain/seed/rows.ts';
import type { SeedTable } from '../../domain/seed/seed-schema.ts';
import { literal, quoted } from '../connect.ts';
import { copyRows } from './copy-rows.ts';
import { refusedRows } from './refused-rows.ts';

export interface Filling {
  readonly client: Client;
  readonly table: SeedTable;
  readonly rows: OpenRows;
  readonly signal: AbortSignal;
  onRow(done: number): void;
}

const BATCH_ROWS = 20_000;
const MOST_ATTEMPTS = 40;
const PLACE = 'greenroom row';
const BESIDE = 'pg_temp.greenroom_seed';

export async function fillTable(filling: Filling): Promise<void> {
  const { client, table, rows, signal } = filling;
  const { count, columns } = rows;
  if (table.checks.length > 0) await fillJudged(filling);
  else {
    const { onRow } = filling;
    function* made(): Generator<Values> {
      for (let row = 0; row < count; row++) {
        yield rows.make(row, 0);
        if (row % 10_000 === 9_999) onRow(row + 1);
      }
    }
    await copyRows({ client, table: table.name, into: table.name, columns, signal }, made());
    onRow(count);
  }
}

async function fillJudged(filling: Filling): Promise<void> {
  const { client, table, rows } = filling;
  const isMade = new Set(rows.columns);
  const types = table.columns.map(({ name, typeSql, preset }) => {
    const isPreset = !isMade.has(name) && preset.kind === 'constant';
    return `${quoted(name)} ${typeSql}${isPreset ? ` DEFAULT ${literal(preset.text)}` : ''}`;
  });
  await client.query(
    `CREATE TEMP TABLE greenroom_seed (${[`${quoted(PLACE)} bigint`, ...types].join(', ')}) ON COMMIT DROP`,
  );
  for (let from = 0; from < rows.count; from += BATCH_ROWS) {
    const to = Math.min(rows.count, from + BATCH_ROWS);
    await fillBatch(filling, from, to);
    filling.onRow(to);
  }
  await client.query(`DROP TABLE ${BESIDE}`);
}

async function fillBatch({ client, table, rows, signal }: Filling, from: number, to: number): Promise<void> {
  const copy = { client, table: table.name, into: BESIDE, columns: [PLACE, ...rows.columns], signal };
  const made = new Map<number, Values>();
  let open = Array.from({ length: to - from }, (_, i) => from + i);
  for (let attempt = 0; open.length > 0; attempt++) {
    const again = open;
    const tried = attempt;
    function* lines(): Generator<Values> {
      for (const row of again) {
        const values = rows.make(row, tried);
        made.set(row, values);
        yield [String(row), ...values];
      }
    }
    await copyRows(copy, lines());
    const refused = await refusedOf(client, table);
    if (refused.length > 0 && attempt === MOST_ATTEMPTS) fail(unmet(table, refused));
    open = refused.map(({ row }) => Number(row));
    for (const row of open) rows.release(made.get(row)!);
    if (open.length > 0)
      await client.query(`DELETE FROM ${BESIDE} WHERE ${quoted(PLACE)} = ANY ($1::bigint[])`, [open]);
  }
  const list = rows.columns.map(quoted).join(', ');
  const into = list === '' ? table.name : `${table.name} (${list}) OVERRIDING SYSTEM VALUE`;
  try {
    await client.query(`INSERT INTO ${into} SELECT ${list} FROM ${BESIDE} ORDER BY ${quoted(PLACE)}`);
  } catch (error) {
    signal.throwIfAborted();
    throw refusedRows(error, table.name);
  }
  await client.query(`TRUNCATE ${BESIDE}`);
}

interface Refused {
  readonly row: string;
  readonly name: string;
}

/** Each with the first check that does not hold. */
async function refusedOf(client: Client, { name, checks }: SeedTable): Promise<readonly Refused[]> {
  const cases = checks.map((check) => `WHEN (${check.sql}) IS FALSE THEN ${literal(check.name)}`);
  try {
    const { rows } = await client.query<Refused>(
      `SELECT * FROM (SELECT ${quoted(PLACE)}::text AS row, CASE ${cases.join(' ')} END AS name FROM ${BESIDE}) told WHERE name IS NOT NULL`,
    );
    return rows;
  } catch (error) {
    throw refusedRows(error, name);
  }
}

function unmet(table: SeedTable, refused: readonly Refused[]) {
  const counts = Map.groupBy(refused, ({ name }) => name);
  const told = [...counts].map(([name, all]) => `"${name}" for ${all.length} rows`).join(', ');
  return {
    code: 'GR5176',
    message: `Rows of ${table.name} were made ${MOST_ATTEMPTS + 1} times, and still refused by ${told}.`,
    where: table.name,
    do: 'Fill the table by a script of your own, and name it under "keep" in seed.yaml.',
  };
}
