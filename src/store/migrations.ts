import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Greenroom's own schema, step by step. A step that has been released is never edited; add the next one. */
export const migrations: Record<string, Migration> = {
  '0001-main-job': {
    async up(db: Kysely<unknown>) {
      const statements = [
        sql`create table node (id text primary key, process jsonb not null, beat_at timestamptz not null default now(), dead boolean not null default false)`,
        sql`create table release (id text primary key, project text not null, revision text not null, body jsonb not null,
          created_at timestamptz not null default now(), created_by text not null)`,
        sql`create table environment (project text not null, name text not null, epoch bigint not null default 0, owner text, serving jsonb,
          primary key (project, name))`,
        sql`create table deployment (id text primary key check (id <> ''), project text not null, environment text not null, number integer not null,
          actor text not null, status text not null, request jsonb not null, model jsonb not null, plan jsonb not null, state jsonb,
          version integer not null default -1, verdict jsonb, ending jsonb, created_at timestamptz not null default now(), ended_at timestamptz,
          unique (project, environment, number))`,
        sql`create table step (deployment text not null references deployment, number integer not null, body jsonb not null, primary key (deployment, number))`,
        sql`create table result (deployment text not null references deployment, name text not null, body jsonb not null,
          recorded_at timestamptz not null default now(), primary key (deployment, name))`,
        sql`create table evidence (deployment text not null references deployment, hash text not null, body jsonb not null, primary key (deployment, hash))`,
        sql`create table acceptance (deployment text not null references deployment, condition text not null, by text not null,
          at timestamptz not null default now(), primary key (deployment, condition))`,
        sql`create table record (project text not null, sequence bigint not null, deployment text, at bigint not null, kind text not null, actor text not null,
          data jsonb not null, previous text not null, hash text not null, primary key (project, sequence))`,
        sql`create index record_of_deployment on record (deployment, sequence)`,
        sql`create index deployment_of_environment on deployment (project, environment, number desc)`,
      ];
      for (const statement of statements) await statement.execute(db);
    },
  },
  '0002-attempts': {
    async up(db: Kysely<unknown>) {
      await sql`create table attempt (operation text not null, node text not null, recorded integer not null, primary key (operation, node))`.execute(
        db,
      );
    },
  },
  '0003-operations': {
    async up(db: Kysely<unknown>) {
      await sql`alter table record add column operation text`.execute(db);
      await sql`create unique index record_of_operation on record (project, operation) where operation is not null`.execute(
        db,
      );
    },
  },
  '0004-made-again': {
    async up(db: Kysely<unknown>) {
      await sql`alter table release add column made_at timestamptz not null default now()`.execute(db);
      await sql`update release set made_at = created_at`.execute(db);
    },
  },
  '0005-identity': {
    async up(db: Kysely<unknown>) {
      await sql`create table identity (id text not null)`.execute(db);
      await sql`insert into identity values (gen_random_uuid()::text)`.execute(db);
    },
  },
};
