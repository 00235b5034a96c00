import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compilePlan } from '../domain/refresh/compile.ts';
import type { MaskerName } from '../domain/refresh/maskers.ts';
import type { RefreshRules, Rule } from '../domain/refresh/rules.ts';
import type { SourceTable } from '../domain/refresh/source-schema.ts';
import { joinPostgres } from '../embedded/postgres.ts';
import { openKernel } from '../kernel/kernel.ts';
import { copyTable } from './copy-table.ts';
import { deriveKeys } from './keys.ts';
import { programOf } from './program-of.ts';
import { readSchema } from './read-schema.ts';
import { exportSnapshot } from './snapshot.ts';

const schema = `
  CREATE DOMAIN address AS text CHECK (VALUE ~ '@');
  CREATE DOMAIN work_address AS address NOT NULL;
  CREATE DOMAIN short AS varchar(20);
  CREATE TYPE mood AS ENUM ('well', 'ill');
  CREATE SCHEMA "Odd Schema";
  CREATE TABLE "Odd Schema"."User Table" ("Id" int8 GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "E-Mail" work_address UNIQUE, gone int, nick short,
    mood mood, code char(8), extra jsonb, shout text GENERATED ALWAYS AS (upper(nick)) STORED, token text, UNIQUE ("Id", token));
  ALTER TABLE "Odd Schema"."User Table" DROP COLUMN gone;
  CREATE UNIQUE INDEX ON "Odd Schema"."User Table" (lower(code));
  CREATE TABLE visits (id int4, who int4 REFERENCES "Odd Schema"."User Table", at date NOT NULL, ip inet, minutes int4 CHECK (minutes >= 0)) PARTITION BY RANGE (at);
  CREATE TABLE visits_1 PARTITION OF visits FOR VALUES FROM ('2020-01-01') TO ('2030-01-01') PARTITION BY HASH (id);
  CREATE TABLE visits_1a PARTITION OF visits_1 FOR VALUES WITH (MODULUS 1, REMAINDER 0);
  CREATE TABLE nothing ();`;

let homeDir: string;
let leave: () => Promise<void>;
let [source, target]: Client[] = [];

beforeAll(async () => {
  homeDir = await mkdtemp(path.join(tmpdir(), 'greenroom-schema-'));
  const postgres = await joinPostgres({ homeDir, label: 'schema test' });
  leave = () => postgres.leave();
  const connect = async (database: string): Promise<Client> => {
    const url = new URL(postgres.adminUrl);
    url.pathname = `/${database}`;
    const client = new Client({ connectionString: url.href });
    await client.connect();
    return client;
  };
  const admin = await connect('postgres');
  for (const name of ['source', 'target']) await admin.query(`CREATE DATABASE ${name}`);
  await admin.end();
  [source, target] = [await connect('source'), await connect('target')];
  for (const client of [source, target]) await client.query(schema);
  await source.query(`
    INSERT INTO "Odd Schema"."User Table" ("E-Mail", nick, mood, code, extra, token)
      SELECT 'user' || i || '@sea.example', 'nick of ' || i, 'well', i, jsonb_build_object('mail', 'user' || i || '@sea.example', 'phone', '+49 170 ' || 1000000 + i),
        md5(i::text) FROM generate_series(1, 500) i;
    INSERT INTO visits SELECT i, 1 + i % 500, date '2024-01-01' + i % 1000, '10.1.2.3', i % 90 FROM generate_series(1, 3000) i;`);
}, 90_000);
afterAll(async () => {
  await source?.end();
  await target?.end();
  await leave?.();
  await rm(homeDir, { recursive: true, force: true });
});

const users = '"Odd Schema"."User Table"';
const mask = (masker: MaskerName): Rule => ({ kind: 'mask', masker, days: 60, by: null, percent: 10 });
const kept: Rule = { kind: 'keep', because: 'made up' };
const rules: RefreshRules = {
  columns: {
    [`${users}.Id`]: mask('id'),
    [`${users}.E-Mail`]: mask('email'),
    [`${users}.nick`]: { kind: 'constant', value: 'nick' },
    [`${users}.code`]: mask('token'),
    [`${users}.token`]: mask('token'),
    [`${users}.extra`]: {
      kind: 'json',
      paths: [
        { path: 'mail', masker: 'email' },
        { path: 'phone', masker: 'digits' },
      ],
      rest: 'keep',
    },
    'public.visits.who': mask('id'),
    'public.visits.ip': mask('ip'),
  },
  patterns: [{ pattern: 'public.visits.*', rule: kept }],
  types: { enum: { kind: 'keep', because: null } },
};
const held = new Map([[`${users}.E-Mail`, 'held' as const]]);

test('columns as they are: types under domains, limits, uniqueness, references, partitions', async () => {
  await exportSnapshot(source!);
  const tables = await readSchema(source!);
  await source!.query('ROLLBACK');
  expect(tables.map(({ name }) => name)).toEqual([users, 'public.visits', 'public.nothing']);
  const told = ({ columns }: SourceTable) =>
    columns.map((column) => {
      const { name, type, samples: _, checks, references, maxCharacters, ...flags } = column;
      const set = Object.entries(flags).flatMap(([flag, is]) => (is ? [flag] : []));
      return [name, type, maxCharacters, ...set, ...checks, references].filter((part) => part !== null).join(' ');
    });
  expect(told(tables[0]!)).toEqual([
    'Id int8 isUnique',
    'E-Mail text isUnique address_check',
    'nick varchar 20 isNullable',
    'mood enum isNullable',
    'code bpchar 8 isNullable isUnique',
    'extra jsonb isNullable',
    'shout text isNullable isGenerated',
    'token text isNullable isUnique',
  ]);
  expect(told(tables[1]!)).toEqual([
    'id int4 isNullable isPartitionKey',
    `who int4 isNullable ${users}.Id`,
    'at date isPartitionKey',
    'ip inet isNullable',
    'minutes int4 isNullable visits_minutes_check',
  ]);
  expect(tables[0]!.columns[1]!.samples).toHaveLength(400);
  expect(tables[0]!.columns[1]!.samples[0]).toBe('user1@sea.example');
});

test('from the schema to a masked copy that PostgreSQL itself finds whole', async () => {
  await exportSnapshot(source!);
  const plan = compilePlan(await readSchema(source!), rules, held, null);
  if (!plan.ok) throw new Error(JSON.stringify(plan.failures));
  const kernel = openKernel(deriveKeys(null));
  for (const { name, columns } of plan.value) {
    const list = columns.map((column) => `"${column.name}"`).join(', ');
    await copyTable({
      ...{ source: source!, target: target!, kernel, table: name, columns: columns.map((column) => column.name) },
      ...{
        program: columns.map(programOf),
        from: `(SELECT ${list} FROM ${name})`,
        into: name,
        signal: new AbortController().signal,
      },
    });
  }
  await source!.query('ROLLBACK');
  // Every constraint stood while the rows came: unique ones, checks, the domain's, and the foreign key.
  const { rows } = await target!.query(`SELECT (SELECT count(*) FROM ${users}) AS users, count(*) AS visits,
    (SELECT count(*) FROM ${users} u WHERE u::text ~ 'sea\\.example|nick of') AS leaks,
    (SELECT count(*) FROM ${users} WHERE extra ->> 'mail' = "E-Mail" AND shout = 'NICK') AS same FROM visits`);
  expect(rows[0]).toEqual({ users: '500', visits: '3000', leaks: '0', same: '500' });
});

test('F099 a column that came after the rules stops the plan by its name', async () => {
  await source!.query(`ALTER TABLE ${users} ADD COLUMN birthday date`);
  await exportSnapshot(source!);
  const plan = compilePlan(await readSchema(source!), rules, held, null);
  await source!.query('ROLLBACK');
  expect(!plan.ok && plan.failures.map(({ code, where }) => `${code} ${where}`)).toEqual([`GR5020 ${users}.birthday`]);
});
