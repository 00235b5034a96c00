// How a column of the copy is read to be looked through: as it goes over the wire where the kernel can read it, as PostgreSQL writes it in JSON otherwise.
import type { PlannedColumn } from '../domain/refresh/compile.ts';
import type { MaskerName } from '../domain/refresh/maskers.ts';
import { isTelling, textsOf } from '../domain/refresh/originals.ts';
import * as op from '../kernel/operations.ts';
import type { ColumnProgram } from '../kernel/program.ts';
import { quoted } from './connect.ts';
import { classifiedTree } from './program-of.ts';
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

/** How a column of the source is read, and what is gathered of it: of what is said to be about people, whatever masks it. */
export function gatheringOf({ name, type, rule }: PlannedColumn): Reading & { readonly program: ColumnProgram } {
  const { value, kind } = readingOf(name, type)!;
  const isJson = kind === op.LOOK_JSON || kind === op.LOOK_JSON_BINARY;
  const operation = rule.kind === 'mask' ? operationOf(rule.masker) : op.GATHER_PARTS;
  const node =
    rule.kind === 'json' ? classifiedTree(rule, operationOf) : { operation, elements: null, anyKey: null, keys: {} };
  return { value, kind, program: { operation: kind, parameter: isJson ? node : operation, isEntity: false } };
}

function operationOf(masker: MaskerName | 'keep'): number {
  if (masker === 'text') return op.GATHER_PARTS;
  return masker !== 'keep' && isTelling(masker) ? op.GATHER_FORMS : op.KEEP;
}

/** As the rules of domain/refresh/classified.ts take it; see `textsIn`. */
export function jsonIn(kind: number, value: Buffer): string {
  if (kind === op.LOOK_JSON) return value.toString();
  return kind === op.LOOK_JSON_BINARY ? value.toString('utf8', 1) : JSON.stringify(textsIn(kind, value)[0]);
}

/** What the kernel has handed on, as texts: those that it would have looked at. */
export function textsIn(kind: number, value: Buffer): readonly string[] {
  if (kind === op.LOOK_TEXT) return [value.toString()];
  if (kind === op.LOOK_JSON) return textsOf(value.toString());
  if (kind === op.LOOK_JSON_BINARY) return textsOf(value.toString('utf8', 1));
  if (kind === op.LOOK_UUID) return [value.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')];
  return textsOf(String(value.length === 8 ? value.readBigInt64BE() : value.readInt32BE()));
}
