// The schema in the new database: what rows need before them, and what is quicker, or only right, after them.
import type { Client } from 'pg';
import { fail } from '../domain/failure.ts';
import type { SchemaEntry, SchemaScript } from '../domain/refresh/schema-script.ts';

type PgError = { readonly code?: string; readonly message?: string; readonly constraint?: string };

/** The settings of the script; a server that does not know one does without. */
export async function prepareSession(client: Client, { settings }: SchemaScript): Promise<void> {
  for (const setting of settings)
    await client.query(setting).catch((error: PgError) => {
      if (error.code !== '42704') throw error;
    });
  await client.query('SET synchronous_commit = off');
  await client.query("SET maintenance_work_mem = '256MB'");
}

/** No row is there yet, so PostgreSQL's words hold none. Throws `GR5047`. */
export async function beforeRows(client: Client, script: SchemaScript): Promise<void> {
  for (const entry of script.before)
    try {
      await client.query(entry.sql);
    } catch (error) {
      const { code, message } = error as PgError;
      fail({
        code: 'GR5047',
        message: `The target refused ${entry.type.toLowerCase()} ${entry.name} (SQLSTATE ${code ?? 'unknown'}): ${message ?? ''}`,
        where: entry.name,
        do: 'Give the role of the target what the object needs: an extension, a role, a newer PostgreSQL.',
      });
    }
}

/** Two that wait for each other are PostgreSQL's to part; the one that was sent away is built when the others are done. */
const isDeadlock = (error: unknown): boolean => (error as PgError).code === '40P01';

/** Over all connections. Throws `GR5048`; names say what was refused, and no value of a row. */
export async function afterRows(clients: readonly Client[], script: SchemaScript, signal: AbortSignal): Promise<void> {
  await sideBySide(clients, script.indexes, signal);
  await inOrder(clients[0]!, script.attached, signal);
  await sideBySide(clients, script.references, signal);
}

/** Triggers, rules and policies, of events too. Throws `GR5048`. */
export const finishSchema = (client: Client, { last }: SchemaScript, signal: AbortSignal): Promise<void> =>
  inOrder(client, last, signal);

/** Throws `GR5048`. */
export const secureRows = (client: Client, { security }: SchemaScript, signal: AbortSignal): Promise<void> =>
  inOrder(client, security, signal);

async function sideBySide(clients: readonly Client[], entries: readonly SchemaEntry[], signal: AbortSignal) {
  const waiting = [...entries];
  const again: SchemaEntry[] = [];
  const work = clients.map(async (client) => {
    for (let entry = waiting.shift(); entry !== undefined; entry = waiting.shift()) {
      try {
        await build(client, entry, signal);
      } catch (error) {
        if (!isDeadlock(error)) {
          waiting.length = 0;
          throw error;
        }
        again.push(entry);
      }
    }
  });
  const done = await Promise.allSettled(work);
  const failed = done.find((each) => each.status === 'rejected');
  if (failed) throw failed.reason;
  await inOrder(clients[0]!, again, signal);
}

async function inOrder(client: Client, entries: readonly SchemaEntry[], signal: AbortSignal): Promise<void> {
  for (const entry of entries) await build(client, entry, signal);
}

async function build(client: Client, { name, type, sql }: SchemaEntry, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  try {
    await client.query(sql);
  } catch (error) {
    signal.throwIfAborted();
    if (isDeadlock(error)) throw error;
    const { code, constraint } = error as PgError;
    fail({
      code: 'GR5048',
      message: `The masked rows do not fit ${type.toLowerCase()} ${name} (SQLSTATE ${code ?? 'unknown'}${constraint ? `, constraint "${constraint}"` : ''}). The target has its old data.`,
      where: name,
      do: 'Look which rule of refresh.yaml makes values of its columns that it does not allow.',
    });
  }
}
