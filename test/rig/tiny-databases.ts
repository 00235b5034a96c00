// The small project with an embedded PostgreSQL that stays between two commands, for tests of `greenroom refresh` and `greenroom seed`.
import { joinPostgres } from '../../src/embedded/postgres.ts';
import { askPostgres } from './shop.ts';
import { Tiny } from './tiny.ts';

export interface TinyDatabases {
  readonly tiny: Tiny;
  /** Rows, as the server's own role. */
  ask<T extends object>(database: string, text: string): Promise<readonly T[]>;
  close(): Promise<void>;
}

export const stagingDatabase = 'tiny_staging_main';

/** With these databases, all empty. */
export async function openTinyDatabases(label: string, names: readonly string[]): Promise<TinyDatabases> {
  const tiny = await Tiny.open({ databases: { main: { embedded: true } } });
  const postgres = await joinPostgres({ homeDir: tiny.play.beside('postgres'), label });
  const ask = <T extends object>(database: string, text: string) => askPostgres<T>(postgres.urlFor(database), text);
  for (const name of names) await ask('postgres', `CREATE DATABASE ${name}`);
  return {
    ...{ tiny, ask },
    async close() {
      await postgres.leave();
      await tiny.close();
    },
  };
}

/** Makes a role that only reads; variables for `refresh.yaml` with its way to `database`. */
export async function readerOf({ tiny, ask }: TinyDatabases, database: string): Promise<Record<string, string>> {
  await ask('postgres', "CREATE ROLE reader LOGIN PASSWORD 'reader-word' IN ROLE pg_read_all_data");
  const reader = new URL(tiny.play.databaseUrl(database));
  [reader.username, reader.password] = ['reader', 'reader-word'];
  return { READER_URL: reader.href, REFRESH_KEY: 'long enough to be a key of somebody' };
}
