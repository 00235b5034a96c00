import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely';
import { Migrator } from 'kysely/migration';
import pg from 'pg';
import { fail } from '../domain/failure.ts';
import { leaseMs } from '../kinds/lease.ts';
import { requireAddress, requireEntrance } from './entrance.ts';
import { migrations } from './migrations.ts';
import { persist, type Patience } from './persist.ts';
import type { Tables } from './schema.ts';

export type Rows = Kysely<Tables>;
export type RowsInTransaction = Transaction<Tables>;

export interface Store {
  readonly url: string;
  /** Made with its schema; the same after a backup was restored. */
  readonly identity: string;
  readonly rows: Rows;
  /**
   * One transaction, tried again on serialisation failures, deadlocks and lost connections; the work must be safe to run again,
   * also after it was done. Throws `GR3104` when others come in its way for good, `GR3105` when the database stays away.
   */
  change<T>(work: (rows: RowsInTransaction) => Promise<T>): Promise<T>;
  /** A read, tried again while the database is away. */
  read<T>(work: (rows: Rows) => Promise<T>): Promise<T>;
  /** A read of several tables as they stood at one moment, so that what is compared belongs together. */
  view<T>(work: (rows: Rows) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface StoreOptions extends Patience {
  /** The team's own database: a role that may do everything there is refused. */
  readonly isOwn?: boolean;
}

const migrationLock = 727_274;

/** Connects, and brings Greenroom's own schema up to date under a lock, so that two starts at once do it once. */
export async function openStore(options: StoreOptions): Promise<Store> {
  requireAddress(options.url);
  const pool = new pg.Pool({
    connectionString: options.url,
    max: 8,
    options: '-c search_path=greenroom',
    application_name: 'greenroom',
    connectionTimeoutMillis: 10_000,
    statement_timeout: 30_000,
    // The locks of a paused process would keep out those who take over from it; its transaction ends with its lease.
    idle_in_transaction_session_timeout: leaseMs,
  });
  pool.on('error', () => {}); // an idle connection died; the next query opens another
  // One that is in use dies between two statements of a transaction: the next statement says so.
  pool.on('connect', (client) => client.on('error', () => {}));
  const rows = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const again = <T>(work: () => Promise<T>) => persist(work, options);
  let identity: string;
  try {
    if (options.isOwn) await again(() => refuseSuperuser(rows));
    await again(() => migrate(rows));
    identity = (await again(() => rows.selectFrom('identity').select('id').executeTakeFirstOrThrow())).id;
  } catch (error) {
    await rows.destroy();
    requireEntrance(error, options.url);
    throw error;
  }
  return {
    url: options.url,
    identity,
    rows,
    change: (work) => again(() => rows.transaction().execute(work)),
    read: (work) => again(() => work(rows)),
    view: (work) =>
      again(() => rows.transaction().setIsolationLevel('repeatable read').setAccessMode('read only').execute(work)),
    close: () => rows.destroy(),
  };
}

async function refuseSuperuser(rows: Rows): Promise<void> {
  const { rows: found } = await sql<{
    rolsuper: boolean;
    name: string;
  }>`select rolsuper, rolname as name from pg_roles where rolname = current_user`.execute(rows);
  if (found[0]?.rolsuper)
    fail({
      code: 'GR3103',
      message: `The role "${found[0].name}" of Greenroom's database is a superuser.`,
      do: 'Make one for it: create role greenroom login password …; create database greenroom owner greenroom.',
    });
}

async function migrate(rows: Rows): Promise<void> {
  await rows.connection().execute(async (one) => {
    await sql`select pg_advisory_lock(${migrationLock})`.execute(one);
    try {
      await sql`create schema if not exists greenroom`.execute(one);
      const migrator = new Migrator({
        db: one,
        provider: { getMigrations: async () => migrations },
        migrationTableSchema: 'greenroom',
      });
      const { error } = await migrator.migrateToLatest();
      if (error) {
        if (/missing|corrupted/i.test(String(error)))
          fail({
            code: 'GR3102',
            message: 'The database was written by a newer Greenroom.',
            do: 'Update this Greenroom, then run the command again.',
          });
        throw error;
      }
    } finally {
      await sql`select pg_advisory_unlock(${migrationLock})`.execute(one);
    }
  });
}
