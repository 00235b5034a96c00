// A shop on a real PostgreSQL with its own pg_dump, pg_restore and psql, for tests of its backups.
import { execFileSync } from 'node:child_process';
import { mkdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { beforeAll } from 'vitest';
import { createEffects } from '../../effects/effects.ts';
import { ask, type CheckWorld } from '../../kinds/testing/check-contract.ts';
import { createRehearsals } from '../../rehearsal/door.ts';
import { backup } from '../backup.ts';
import { debianPostgres } from './debian-postgres.ts';
import { temporaryFolder, testContext } from './world.ts';

/** For the tests of one file. `programs` is PostgreSQL's own folder. */
export function backedUpShop(programs: string) {
  const server = debianPostgres(programs);
  // In the place of Debian's wrapper, which chooses a version by what it finds.
  const paths = process.env['PATH'];
  beforeAll(() => {
    process.env['PATH'] = `${programs}:${paths}`;
    return () => (process.env['PATH'] = paths);
  });

  async function inDatabase(database: string, ...texts: readonly string[]): Promise<Record<string, unknown>[]> {
    const client = new Client({ connectionString: server.url(database) });
    await client.connect();
    try {
      let rows: Record<string, unknown>[] = [];
      for (const text of texts) rows = (await client.query<Record<string, unknown>>(text)).rows;
      return rows;
    } finally {
      await client.end();
    }
  }
  const left = () =>
    inDatabase(
      'postgres',
      `select datname from pg_database where datname like 'greenroom_rehearsal%' union all
       select rolname from pg_roles where rolname like 'greenroom_rehearsal%'`,
    );

  const shop = `create role app; create schema odd; create type odd.mood as enum ('well', 'ill');
    create extension pgcrypto; create extension pg_stat_statements;
    create table people (id int generated always as identity primary key, email text not null unique, mood odd.mood, boss int references people);
    insert into people (email) select 'p' || g || '@sea.example' from generate_series(1, 1000) g;
    create table odd.visits (at date, who int) partition by range (at);
    create table odd.old partition of odd.visits for values from ('2020-01-01') to ('2025-01-01');
    insert into odd.visits select date '2021-01-01' + g % 900, g from generate_series(1, 500) g;
    create table sessions (id text); insert into sessions values ('a'), ('b');
    create view well as select id from people where mood = 'well';
    create materialized view counted as select count(*) as n from people;
    create function twice(int) returns int language sql as 'select 2 * $1';
    create index on people (lower(email)) where boss is null;
    alter table people owner to app; grant select on sessions to app;
    comment on extension pgcrypto is 'for passwords';`;

  beforeAll(async () => {
    await inDatabase('postgres', 'create database shop', 'create database elsewhere');
    await inDatabase('shop', shop);
    await inDatabase('elsewhere', 'create table things (id int); insert into things values (1)');
  }, 60_000);

  const dump = (into: string, ...options: readonly string[]) =>
    execFileSync(`${programs}/pg_dump`, ['--dbname', server.url('shop'), `--file=${into}`, ...options], {
      stdio: 'pipe',
    });

  function world({
    config = {},
    over = {},
  }: { readonly config?: object; readonly over?: Partial<CheckWorld['context']> } = {}) {
    const projectDirectory = temporaryFolder();
    const folder = path.join(projectDirectory, 'backups');
    mkdirSync(folder);
    const context = testContext({
      effects: createEffects({
        ...{ secrets: [], load: { run: () => Promise.reject(new Error('no load')) } },
        rehearsals: createRehearsals(),
      }),
      ...{ projectDirectory, databases: [{ name: 'main', url: server.url('shop') }] },
      ownServers: { main: server.url() },
      expand: (text) => text,
      ...over,
    });
    return { folder, config: { from: { folder: 'backups', files: '*' }, ...config }, context };
  }

  const judged = async (made: ReturnType<typeof world>) => ask(backup, made);
  const refused = (made: ReturnType<typeof world>): Promise<string> =>
    judged(made).then(
      ({ outcome, reason }) => `${outcome}: ${reason}`,
      (error: Error) => error.message,
    );
  const bytesOf = (file: string) => statSync(file).size;

  return { server, inDatabase, left, dump, world, judged, refused, bytesOf };
}
