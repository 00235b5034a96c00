// A table whose rows stay: what others may refer to is read.
import type { Client } from 'pg';
import { keptRows } from '../../domain/seed/other-rows.ts';
import type { OpenRows } from '../../domain/seed/rows.ts';
import type { SeedTable } from '../../domain/seed/seed-schema.ts';
import { quoted } from '../connect.ts';

/** Of more than these nobody needs to choose. */
const MOST_ROWS = 100_000;

export async function readKept(client: Client, table: SeedTable, referred: ReadonlySet<string>): Promise<OpenRows> {
  const names = [...referred].toSorted();
  if (names.length === 0) return keptRows(table.rowCount, new Map());
  const list = names.map((name) => `${quoted(name)}::text`).join(', ');
  const { rows } = await client.query<(string | null)[]>({
    text: `SELECT ${list} FROM ${table.name} ORDER BY ${list} LIMIT ${MOST_ROWS}`,
    rowMode: 'array',
  });
  return keptRows(rows.length, new Map(names.map((name, i) => [name, rows.map((row) => row[i] ?? null)])));
}
