// Servers and databases of a shop whose migration is tried on a copy: an embedded PostgreSQL of the project, and one that stands for production.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { joinPostgres, type EmbeddedPostgres } from '../../src/embedded/postgres.ts';
import type { Tiny } from './tiny.ts';

export async function connectPostgres(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  return client;
}

/** Rows of the last text. */
export async function askPostgres<T extends object>(url: string, ...texts: readonly string[]): Promise<readonly T[]> {
  const client = await connectPostgres(url);
  try {
    let rows: readonly T[] = [];
    for (const text of texts) rows = (await client.query<T>(text)).rows;
    return rows;
  } finally {
    await client.end();
  }
}

/** Databases and roles that a rehearsal or a restore has left on a server. */
export const leftOn = (url: string): Promise<readonly object[]> =>
  askPostgres(
    url,
    `select datname as name from pg_database where datname like 'greenroom_rehearsal%' union all
    select rolname from pg_roles where rolname like 'greenroom_rehearsal%'`,
  );

export interface ShopServers {
  readonly own: EmbeddedPostgres;
  readonly elsewhere: EmbeddedPostgres;
  /** What the check refers to. */
  readonly variables: Record<string, string>;
  leave(): Promise<void>;
}

const shop = [
  'create table users (id int primary key, name text not null)',
  'create table done (name text primary key)',
  `insert into users select g, 'n' || g from generate_series(1, 300) g`,
];

/** `shop` elsewhere, with a role that reads; its copy `shop_copy` and the databases of the environments in the project's own server. */
export async function openShopServers(tiny: Tiny, environments: readonly string[]): Promise<ShopServers> {
  const label = 'shop of a test';
  const own = await joinPostgres({ homeDir: tiny.play.beside('postgres'), label });
  const elsewhere = await joinPostgres({ homeDir: tiny.play.beside('production-postgres'), label });
  const places = ['shop_copy', ...environments.map((name) => `tiny_${name}_main`)].map((name) => [own, name] as const);
  for (const [postgres, name] of [...places, [elsewhere, 'shop'] as const]) {
    await askPostgres(postgres.adminUrl, `create database ${name}`);
    await askPostgres(postgres.urlFor(name), ...shop);
  }
  await askPostgres(elsewhere.adminUrl, `create role reader login password 'reader-word'`);
  await askPostgres(own.adminUrl, `comment on database shop_copy is 'greenroom: copy of ${new Date().toISOString()}'`);
  const reader = Object.assign(new URL(elsewhere.urlFor('shop')), { username: 'reader', password: 'reader-word' });
  return {
    ...{ own, elsewhere, variables: { PRODUCTION_READER: reader.href } },
    async leave() {
      await own.leave();
      await elsewhere.leave();
    },
  };
}

const runner = path.join(import.meta.dirname, '../../src/checks/migration-rehearsal/testing/migrate.mjs');
/** The migrate command of the shop; `deed` says what it does with its files. */
export const shopCommand = (deed: string): readonly string[] => [process.execPath, runner, deed];

export const shopCheck = {
  ...{ kind: 'migration-rehearsal', production: 'secret://env/PRODUCTION_READER', copy: { database: 'shop_copy' } },
  ...{ files: 'migrations/*.sql', 'old-statements': ['select name from users where id = 7'], in: ['staging'] },
};

export function writeMigration(tiny: Tiny, up: string, down = ''): void {
  for (const [folder, text] of Object.entries({ migrations: up, back: down })) {
    mkdirSync(tiny.play.file(folder), { recursive: true });
    writeFileSync(tiny.play.file(`${folder}/001.sql`), text);
  }
}
