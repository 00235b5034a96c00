// What is asked of the copy, and of production by the same words.
import type pg from 'pg';
import type { TableSize, VersionPair } from '../domain/rehearsal/facts.ts';
import type { KnownIndex } from '../domain/rehearsal/lint.ts';
import type { Versions } from './order.ts';
import type { Relation } from './relations.ts';
import { versionsQuery } from './versions-query.ts';

export async function versionsOf(client: pg.Client): Promise<Versions> {
  const { rows } = await client.query<{ name: string; version: string }>(versionsQuery);
  return Object.fromEntries(rows.map(({ name, version }) => [name, version]));
}

/** Everything that either has. What production has and the copy lacks is `absent` there. */
export const versionPairs = (copy: Versions, production: Versions | null): readonly VersionPair[] =>
  [...new Set([...Object.keys(copy), ...Object.keys(production ?? {})])].map((name) => ({
    name,
    copy: copy[name] ?? 'absent',
    production: production === null ? null : (production[name] ?? 'absent'),
  }));

export const tableSizes = (
  touched: ReadonlySet<string>,
  relations: readonly Relation[],
  production: Readonly<Record<string, number>> | null,
): readonly TableSize[] =>
  relations
    .filter(({ name, kind }) => touched.has(name) && (kind === 'r' || kind === 'm'))
    .map(({ name, sizeBytes }) => ({
      ...{ relation: name, copyBytes: sizeBytes },
      productionBytes: production?.[name] ?? null,
    }));

const shortName = (name: string) =>
  `case n.nspname when 'public' then quote_ident(${name}) else format('%I.%I', n.nspname, ${name}) end`;

/** Columns in the order of each index; an expression is an empty name. */
export async function knownIndexes(client: pg.Client): Promise<readonly KnownIndex[]> {
  const { rows } = await client.query<KnownIndex>(
    `select ${shortName('c.relname')} as name, ${shortName('t.relname')} as relation,
       array(select coalesce(a.attname::text, '') from unnest(i.indkey::int[]) with ordinality k (number, place)
         left join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number and k.number > 0
         where k.place <= i.indnkeyatts order by k.place) as columns
     from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid join pg_catalog.pg_class t on t.oid = i.indrelid
     join pg_catalog.pg_namespace n on n.oid = c.relnamespace where n.nspname !~ '^pg_' and i.indisvalid`,
  );
  return rows;
}
