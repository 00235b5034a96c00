// How a column of the copy is read to be looked through: as it goes over the wire where the kernel can read it, as PostgreSQL writes it in JSON otherwise.
import { textsOf } from '../domain/refresh/originals.ts';
import * as op from '../kernel/operations.ts';
import { quoted } from './connect.ts';
import { asJson } from './read-values.ts';

export interface Reading {
  /** An expression of SQL. */
  readonly value: string;
  /** How the kernel reads what it gives. */
  readonly kind: number;
}

const kinds: Readonly<Record<string, number>> = {
  ...Object.fromEntries(['text', 'varchar', 'bpchar', 'name'].map((type) => [type, op.LOOK_TEXT])),
  ...{ json: op.LOOK_JSON, jsonb: op.LOOK_JSON_BINARY, uuid: op.LOOK_UUID },
  ...{ int4: op.LOOK_INTEGER, int8: op.LOOK_INTEGER },
};

/** A truth or a label of an enumeration has nothing to find, and numbers of fewer than seven digits are no originals. `type`: PostgreSQL's own, under a domain; empty for all others. */
export function readingOf(column: string, type: string): Reading | null {
  if (type === 'bool' || type === 'int2' || type === 'enum') return null;
  const kind = Object.hasOwn(kinds, type) ? kinds[type]! : null;
  return kind === null ? { value: asJson(column), kind: op.LOOK_JSON } : { value: quoted(column), kind };
}

/** What the kernel has handed on, as texts: those that it would have looked at. */
export function textsIn(kind: number, value: Buffer): readonly string[] {
  if (kind === op.LOOK_TEXT) return [value.toString()];
  if (kind === op.LOOK_JSON) return textsOf(value.toString());
  if (kind === op.LOOK_JSON_BINARY) return textsOf(value.toString('utf8', 1));
  if (kind === op.LOOK_UUID) return [value.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')];
  return textsOf(String(value.length === 8 ? value.readBigInt64BE() : value.readInt32BE()));
}
