// One moment of the source that several connections share: what they copy fits together, and none of them can write.
import type { Client } from 'pg';
import { fail } from '../domain/failure.ts';

const settings = [
  'SET LOCAL row_security = off',
  'SET LOCAL statement_timeout = 0',
  'SET LOCAL idle_in_transaction_session_timeout = 0',
];

/** Opens the moment; it lasts until the connection's transaction ends. */
export async function exportSnapshot(source: Client): Promise<string> {
  await beginReading(source);
  const { rows } = await source.query<{ id: string }>('SELECT pg_export_snapshot() AS id');
  return rows[0]!.id;
}

/** Sees the source as it was at that moment. */
export async function joinSnapshot(source: Client, snapshot: string): Promise<void> {
  if (!/^[0-9A-F]{8}-[0-9A-F]{8}-\d+$/.test(snapshot)) throw new Error(`no snapshot: ${snapshot}`);
  await beginReading(source, snapshot);
}

async function beginReading(source: Client, snapshot?: string): Promise<void> {
  await source.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  // Before the first query of the transaction, or it has a moment of its own.
  if (snapshot !== undefined) await source.query(`SET TRANSACTION SNAPSHOT '${snapshot}'`);
  for (const setting of settings) await source.query(setting);
  const { rows } = await source.query<{ on: string }>("SELECT current_setting('transaction_read_only') AS on");
  if (rows[0]?.on !== 'on')
    fail({
      code: 'GR5010',
      message: 'The source did not take the connection as one that only reads.',
      do: 'Connect to PostgreSQL itself, not to a pooler that changes transactions.',
    });
}
