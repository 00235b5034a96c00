// Types of columns as far as values depend on them, under all domains.
import type { Client } from 'pg';
import type { ValueType } from '../../domain/seed/seed-schema.ts';

interface TypeRow {
  readonly oid: string;
  readonly name: string;
  readonly kind: string;
  readonly base: string;
  readonly typmod: number;
  readonly isNotNull: boolean;
  readonly element: string;
  readonly isArray: boolean;
  readonly relation: string;
  readonly subtype: string | null;
  readonly preset: string | null;
  readonly labels: readonly string[];
  readonly checks: readonly { readonly name: string; readonly sql: string }[];
}

const asked = `
SELECT t.oid::text, t.typname AS name, t.typtype AS kind, t.typbasetype::text AS base, t.typtypmod AS typmod, t.typnotnull AS "isNotNull",
  t.typelem::text AS element, t.typcategory = 'A' AND t.typelem <> 0 AS "isArray", t.typrelid::text AS relation, t.typdefault AS preset,
  (SELECT r.rngsubtype::text FROM pg_range r WHERE r.rngtypid = t.oid OR (to_jsonb(r) ->> 'rngmultitypid')::oid = t.oid) AS subtype,
  ARRAY(SELECT e.enumlabel::text FROM pg_enum e WHERE e.enumtypid = t.oid ORDER BY e.enumsortorder) AS labels,
  (SELECT coalesce(json_agg(json_build_object('name', k.conname, 'sql', pg_get_expr(k.conbin, 0)) ORDER BY k.conname), '[]')
    FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'c') AS checks
FROM pg_type t`;
const fieldsAsked = `SELECT attrelid::text AS relation, atttypid::text AS type, atttypmod AS typmod FROM pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'c' WHERE a.attnum > 0 AND NOT a.attisdropped ORDER BY attrelid, attnum`;

/** A type with what its domains add. */
export interface FoundType {
  readonly type: ValueType;
  /** Under all domains. */
  readonly baseOid: string;
  readonly typmod: number;
  readonly isNotNull: boolean;
  readonly preset: string | null;
  /** Over `VALUE`. */
  readonly checks: readonly { readonly name: string; readonly sql: string }[];
}

export async function readTypes(client: Client): Promise<(oid: string, typmod: number) => FoundType> {
  const { rows } = await client.query<TypeRow>(asked);
  const { rows: fields } = await client.query<{ relation: string; type: string; typmod: number }>(fieldsAsked);
  const byOid = new Map(rows.map((row) => [row.oid, row]));
  const byRelation = Map.groupBy(fields, ({ relation }) => relation);

  function find(oid: string, typmod: number): FoundType {
    const row = byOid.get(oid)!;
    if (row.kind === 'd') {
      const under = find(row.base, typmod >= 0 ? typmod : row.typmod);
      return {
        ...under,
        isNotNull: row.isNotNull || under.isNotNull,
        preset: row.preset ?? under.preset,
        checks: [...row.checks, ...under.checks],
      };
    }
    return { type: typeOf(row, typmod), baseOid: oid, typmod, isNotNull: false, preset: null, checks: [] };
  }

  function typeOf(row: TypeRow, typmod: number): ValueType {
    if (row.kind === 'e') return { kind: 'enum', labels: row.labels };
    if (row.isArray) return { kind: 'array', of: find(row.element, typmod).type };
    if ((row.kind === 'r' || row.kind === 'm') && row.subtype !== null)
      return { kind: 'range', of: find(row.subtype, -1).type, isMulti: row.kind === 'm' };
    if (row.kind === 'c') {
      const inside = byRelation.get(row.relation) ?? [];
      return { kind: 'composite', fields: inside.map((field) => find(field.type, field.typmod).type) };
    }
    return { kind: 'base', name: row.name, typmod };
  }

  return find;
}
