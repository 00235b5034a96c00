// What the database commands share: the migration files, the connection, the one-at-a-time lock, the exit codes.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { Client } from 'pg';

/** 0 done · 1 a migration failed and was rolled back · 2 wrong call or files · 3 no database · 4 somebody else holds a lock */
export const exitCodes = { done: 0, failed: 1, usage: 2, unreachable: 3, locked: 4 };

export class Stop extends Error {
  constructor(exitCode, message) {
    super(message);
    this.exitCode = exitCode;
  }
}

const folder = new URL('./migrations/', import.meta.url);
const lockKey = 1_296_385_396; // 'MNdb', the same for every version of this project

export function readMigrations() {
  const ups = readdirSync(folder)
    .filter((file) => file.endsWith('.up.sql'))
    .sort();
  const migrations = ups.map((file) => {
    const revision = file.slice(0, -'.up.sql'.length);
    if (!/^\d{4}_[a-z0-9_]+$/.test(revision)) throw new Stop(exitCodes.usage, `${file} is not named NNNN_name.up.sql.`);
    const sql = readFileSync(new URL(file, folder), 'utf8');
    return { revision, sql, digest: createHash('sha256').update(sql).digest('hex') };
  });
  const twice = migrations.find(({ revision }, i) => revision.slice(0, 4) === migrations[i + 1]?.revision.slice(0, 4));
  if (twice) throw new Stop(exitCodes.usage, `Two migrations carry the number ${twice.revision.slice(0, 4)}.`);
  return migrations;
}

export function readDown(revision) {
  try {
    return readFileSync(new URL(`${revision}.down.sql`, folder), 'utf8');
  } catch {
    throw new Stop(exitCodes.usage, `This version has no way back from ${revision} (${revision}.down.sql is missing).`);
  }
}

/** Runs `work` with a connection and ends the process with its exit code. PGOPTIONS reaches the session, lock_timeout included. */
export async function withDatabase(work) {
  try {
    if (!process.env.DATABASE_URL) throw new Stop(exitCodes.usage, 'DATABASE_URL is not set.');
    const client = new Client({
      connectionString: process.env.DATABASE_URL,
      application_name: 'medianest-migrate',
      connectionTimeoutMillis: 10_000,
    });
    client.on('error', () => {}); // a cut connection also fails the query under way, which reports it
    await client.connect().catch((error) => {
      throw new Stop(exitCodes.unreachable, `The database does not answer: ${error.message || error.code}`);
    });
    await work(client).finally(() => client.end().catch(() => {}));
  } catch (error) {
    console.error(error instanceof Stop ? error.message : error.stack);
    process.exitCode = error instanceof Stop ? error.exitCode : exitCodes.failed;
  }
}

/** Asked for again and again instead of waited for, so that a waiting migrator holds no snapshot and blocks nobody. */
export async function takeLock(client, waitMs = 60_000) {
  const deadline = performance.now() + waitMs;
  for (;;) {
    const { rows } = await client.query('SELECT pg_try_advisory_lock($1) AS mine', [lockKey]);
    if (rows[0].mine) return;
    if (performance.now() > deadline) throw new Stop(exitCodes.locked, 'Another migration is still running.');
    await wait(100);
  }
}

export async function ensureTable(client) {
  await client.query(`CREATE TABLE IF NOT EXISTS schema_migrations (
    revision   text PRIMARY KEY,
    digest     text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
  )`);
}

export async function readApplied(client) {
  const { rows: found } = await client.query(`SELECT to_regclass('schema_migrations') IS NOT NULL AS exists`);
  if (!found[0].exists) return [];
  return (await client.query('SELECT revision, digest FROM schema_migrations ORDER BY revision')).rows;
}

/** One transaction: all of the step and its entry in schema_migrations, or nothing. */
export async function inTransaction(client, revision, work) {
  await client.query('BEGIN');
  try {
    await work();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    const isLock = error.code === '55P03' || error.code === '40P01';
    throw new Stop(
      isLock ? exitCodes.locked : exitCodes.failed,
      `${revision} failed and was rolled back: ${error.message} (${error.code})`,
    );
  }
}
