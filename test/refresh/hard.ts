// A refresh of the hard schema, and what its copy is held against: never the product's own counts.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import type { Servers } from '../../bench/refresh-servers.ts';
import type { RefreshRules, Rule } from '../../src/domain/refresh/rules.ts';
import type { MaskerName } from '../../src/domain/refresh/maskers.ts';
import { connect } from '../../src/refresh/connect.ts';
import { dumpSchema } from '../../src/refresh/dump-schema.ts';
import { noLimits } from '../../src/domain/refresh/source-limits.ts';
import { keepNone } from '../../src/refresh/kept.ts';
import { runRefresh, type Refreshed, type RefreshOrder } from '../../src/refresh/run-refresh.ts';
import { exportSnapshot } from '../../src/refresh/snapshot.ts';

export const hardSql = (file: 'hard' | 'hard-18'): string =>
  readFileSync(path.join(import.meta.dirname, `${file}.sql`), 'utf8');

const mask = (masker: MaskerName): Rule => ({ kind: 'mask', masker, days: 60, by: null, percent: 10 });
const keep: Rule = { kind: 'keep', because: 'made up' };
/** A few columns are masked, of the kinds that others depend on; all else must come as it is. */
const hardRules: RefreshRules = {
  columns: {
    'public.people.email': mask('email'),
    'public.people.given': mask('given-name'),
    'public.people.family': mask('family-name'),
    'public.people.note': mask('text'),
    'public.people.phones': mask('digits'),
    'public.people.extra': { kind: 'json', paths: [{ path: 'mail', masker: 'email' }], rest: 'text' },
  },
  patterns: [{ pattern: '**', rule: keep }],
  types: {},
};
/** With what PostgreSQL generates of them. */
const maskedColumns = ['email', 'given', 'family', 'note', 'phones', 'extra', 'loud', 'doc'];

async function open(url: string): Promise<Client> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  await client.connect();
  return client;
}

export async function ask<T extends object>(url: string, query: string): Promise<T[]> {
  const client = await open(url);
  try {
    return (await client.query<T>(query)).rows;
  } finally {
    await client.end();
  }
}

/** A new source, and a target with old data in it; `prod` and `stage`. */
export async function makeEnds({ source, target }: Servers, sql: string): Promise<void> {
  await ask(source.url('postgres'), 'DROP DATABASE IF EXISTS prod WITH (FORCE)');
  await ask(source.url('postgres'), 'CREATE DATABASE prod TEMPLATE template0');
  await ask(
    source.url('postgres'),
    `DO $$ BEGIN CREATE ROLE reader LOGIN BYPASSRLS IN ROLE pg_read_all_data; EXCEPTION WHEN duplicate_object THEN NULL; END $$`,
  );
  await ask(source.url('prod'), sql);
  await makeOld({ target });
}

export async function makeOld({ target }: Pick<Servers, 'target'>): Promise<void> {
  await ask(target.url('postgres'), 'DROP DATABASE IF EXISTS stage WITH (FORCE)');
  await ask(target.url('postgres'), 'CREATE DATABASE stage TEMPLATE template0');
  await ask(target.url('postgres'), "COMMENT ON DATABASE stage IS 'greenroom: staging'");
  await ask(target.url('stage'), "CREATE TABLE people (id bigint, email text); INSERT INTO people VALUES (1, 'old')");
}

const orderOf = ({ source, target }: Servers, more: Partial<RefreshOrder> = {}): RefreshOrder => ({
  ...{ environment: 'staging', sourceEnvironment: 'production', rules: hardRules, looked: null, subset: null },
  ...{ migrate: null, limits: noLimits, keep: keepNone },
  ...{ sourceUrl: source.url('prod', 'reader'), targetUrl: target.url('stage'), workerCount: 2 },
  ...{ secret: Buffer.from('a key that everybody may know'), isOwnTarget: false, isDryRun: false, isProven: true },
  ...{ at: '2026-11-22T06:00:00.000Z', signal: new AbortController().signal },
  onStation: () => {},
  onProgress: () => {},
  underLock: (act) => act(),
  ...more,
});

export const refreshHard = (servers: Servers, more: Partial<RefreshOrder> = {}): Promise<Refreshed> =>
  runRefresh(orderOf(servers, more));

/** The schema in pg_dump's words, an entry an element, sorted: neither numbers of objects nor their order say anything. */
export async function schemaOf(url: string): Promise<readonly string[]> {
  const client = await connect({ url, what: 'the database' }, true);
  const other = await connect({ url, what: 'the database' }, true);
  try {
    const text = await dumpSchema(other, await exportSnapshot(client), new AbortController().signal);
    const from = text.indexOf('\n--\n-- Name: ');
    return text
      .slice(from, text.indexOf('-- PostgreSQL database dump complete'))
      .split(/\n--\n-- Name: /)
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '')
      .toSorted();
  } finally {
    await client.end();
  }
}

export const largeObjects = 'large objects';
/** What they hold as it is read, and what is said of them: pg_dump fills their holes with zeros. */
const objectSum = `SELECT count(*) || ' ' || coalesce(md5(string_agg(concat_ws(' ', m.oid, d.description, md5(lo_get(m.oid))), ';' ORDER BY m.oid)), '-') AS told
  FROM pg_catalog.pg_largeobject_metadata m LEFT JOIN pg_catalog.pg_description d ON d.objoid = m.oid AND d.classoid = 'pg_catalog.pg_largeobject'::regclass`;

/**
 * Rows, and a checksum of them as texts, of each table, partition, materialised view and sequence, and of all large objects; what is masked is left out. Which partition a
 * row has by the hash of an enumeration is told by numbers of objects, so those are looked at as one.
 */
export async function sumsOf(url: string): Promise<ReadonlyMap<string, string>> {
  const client = await open(url);
  try {
    await client.query(
      "SET search_path = ''; SET row_security = off; SET extra_float_digits = 3; SET TimeZone = 'UTC'",
    );
    const { rows } = await client.query<{ name: string; kind: string; columns: string[] }>(
      `SELECT c.oid::regclass::text AS name, c.relkind AS kind, array(SELECT quote_ident(a.attname) FROM pg_attribute a
         WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND NOT (c.relname = 'people' AND a.attname = ANY ($1)) ORDER BY a.attname) AS columns
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE (c.relkind IN ('r', 'm', 'S') OR c.relkind = 'p' AND NOT c.relispartition) AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND (c.relkind <> 'm' OR c.relispopulated)
         AND NOT EXISTS (SELECT FROM pg_inherits i JOIN pg_partitioned_table p ON p.partrelid = i.inhparent WHERE i.inhrelid = c.oid AND p.partstrat = 'h')`,
      [maskedColumns],
    );
    const sums = new Map<string, string>();
    for (const { name, kind, columns } of rows) {
      const list = kind === 'S' ? ['last_value', 'is_called'] : columns;
      const one = list.length === 0 ? "''" : `ROW(${list.join(', ')})::text`;
      const { rows: found } = await client.query<{ told: string }>(
        `SELECT count(*) || ' ' || coalesce(md5(string_agg(one, '' ORDER BY one)), '-') AS told FROM (SELECT md5(${one}) AS one FROM ${kind === 'r' ? 'ONLY ' : ''}${name}) q`,
      );
      sums.set(`${name} (${list.length})`, found[0]!.told);
    }
    sums.set(largeObjects, (await client.query<{ told: string }>(objectSum)).rows[0]!.told);
    return sums;
  } finally {
    await client.end();
  }
}

/** What one has and the other has not. */
export function differences(
  there: Iterable<readonly [string, string]>,
  here: Iterable<readonly [string, string]>,
): string[] {
  const [one, other] = [new Map(there), new Map(here)];
  return [...new Set([...one.keys(), ...other.keys()])]
    .filter((name) => one.get(name) !== other.get(name))
    .map((name) => `${name}: ${one.get(name) ?? 'nothing'} there, ${other.get(name) ?? 'nothing'} here`);
}
