// The source's schema with some values, on one moment and by a role that cannot write: what a proposal of rules is made of.
import type { Client } from 'pg';
import { fail, FailureError } from '../domain/failure.ts';
import type { SourceTable } from '../domain/refresh/source-schema.ts';
import { connect, placeOf } from './connect.ts';
import { readSchema } from './read-schema.ts';
import { exportSnapshot } from './snapshot.ts';
import { judgeSourceRole } from './source-guard.ts';

export interface Looking {
  readonly url: string;
  readonly signal: AbortSignal;
  onTable(done: number, count: number): void;
}

/** Nothing stays open. Throws GR5070 where the source cannot be read; what PostgreSQL says may hold values and is not repeated. */
export async function lookAtSource({ url, signal, onTable }: Looking): Promise<readonly SourceTable[]> {
  const source = await connect({ url, what: 'the source' }, true);
  const leave = (): void => void source.end().catch(() => {});
  signal.addEventListener('abort', leave);
  try {
    const failures = await judgeSourceRole(source);
    if (failures.length > 0) throw new FailureError(...failures);
    return await read(source, onTable, url);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', leave);
    await source.end().catch(() => {});
  }
}

async function read(source: Client, onTable: Looking['onTable'], url: string): Promise<readonly SourceTable[]> {
  try {
    await exportSnapshot(source);
    const tables = await readSchema(source, onTable);
    if (tables.length > 0) return tables;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (error instanceof FailureError || typeof code !== 'string') throw error;
    return fail({
      code: 'GR5070',
      message: `The source could not be read: PostgreSQL refused with ${code}.`,
      where: placeOf(url),
      do:
        code === '42501'
          ? 'The role needs SELECT on every table, and BYPASSRLS where tables have row security.'
          : 'Look at the log of that PostgreSQL.',
    });
  }
  return fail({
    code: 'GR5070',
    message: 'The source has no table that the role can see.',
    where: placeOf(url),
    do: 'Look at the name of the database, and at what the role may read.',
  });
}
