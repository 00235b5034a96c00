// How a column of the copy is read to be looked through: as it goes over the wire where the kernel can read it, as PostgreSQL writes it in JSON otherwise.
import { mayHoldAddresses } from '../domain/refresh/classified.ts';
import type { PlannedColumn } from '../domain/refresh/compile.ts';
import type { MaskerName } from '../domain/refresh/maskers.ts';
import { textsOf } from '../domain/refresh/json-texts.ts';
import { foundIn, isTelling, wholeIn, type Wanted } from '../domain/refresh/originals.ts';
import * as op from '../kernel/operations.ts';
import type { ColumnProgram } from '../kernel/program.ts';
import { OTHER_ORIGIN } from '../kernel/sought.ts';
import { quoted } from './connect.ts';
import { classifiedTree } from './program-of.ts';
import { isWritten, textsDecoded, textsInBytes, writtenBytes } from './texts-in-bytes.ts';

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
  ...{
    timestamptz: op.LOOK_INSTANT,
    timestamp: op.LOOK_TIMESTAMP,
    date: op.LOOK_DATE,
    bytea: op.LOOK_BYTES,
    inet: op.LOOK_ADDRESS,
  },
};

/** A column as PostgreSQL writes it in JSON. */
const asJson = (column: string): Reading => ({ value: `to_json(${quoted(column)})::text`, kind: op.LOOK_JSON });

/** A truth or a label of an enumeration has nothing to find, and numbers of fewer than seven digits are no originals. `type`: PostgreSQL's own, under a domain; empty for all others. */
export function readingOf(column: string, type: string): Reading | null {
  if (type === 'bool' || type === 'int2' || type === 'enum') return null;
  const kind = Object.hasOwn(kinds, type) ? kinds[type]! : null;
  return kind === null ? asJson(column) : { value: quoted(column), kind };
}

/** Types that a value of one column of the source may be asked for by. */
export type AskedType = 'text' | 'bpchar' | 'int8';

/** Where values are one text or one number, in the source as in the copy: a migration may have made something else of the column. `typeBefore`: its type in the source. */
export function askedAs(kind: number, typeBefore: string): AskedType | null {
  if (readingOf('', typeBefore)?.kind !== kind) return null;
  if (kind === op.LOOK_INTEGER) return 'int8';
  if (kind !== op.LOOK_TEXT) return null;
  return typeBefore === 'bpchar' ? 'bpchar' : 'text';
}

export interface Program extends Reading {
  readonly program: ColumnProgram;
}

/** How a column of the source is read, and what is gathered of it: of what is said to be about people, whatever masks it. */
export function gatheringOf({ name, type, rule }: PlannedColumn): Program {
  // Bytes are an original as a whole, as they are written.
  const { value, kind } = type === 'bytea' ? asJson(name) : readingOf(name, type)!;
  if (reachesOutside(rule) || (rule.kind !== 'mask' && rule.kind !== 'json' && mayHoldAddresses(type)))
    return { value, kind, program: { operation: op.LOOK_ELSEWHERE, parameter: 0, isEntity: false } };
  const isJson = kind === op.LOOK_JSON || kind === op.LOOK_JSON_BINARY;
  const operation = gathered(maskersOf(rule)[0]!);
  const node =
    rule.kind === 'json' ? classifiedTree(rule, gathered) : { operation, elements: null, anyKey: null, keys: {} };
  return { value, kind, program: { operation: kind, parameter: isJson ? node : operation, isEntity: false } };
}

type Masker = MaskerName | 'keep';
/** By which originals are told apart: what is left out altogether may be any text. */
function maskersOf(rule: PlannedColumn['rule']): readonly Masker[] {
  if (rule.kind === 'json') return [rule.rest, ...rule.paths.map(({ masker }) => masker)];
  return [rule.kind === 'mask' ? rule.masker : 'text'];
}

/** What is an original there depends on what the value is, and such columns are small. */
const reachesOutside = (rule: PlannedColumn['rule']): boolean => maskersOf(rule).includes('outbound');

function gathered(masker: Masker): number {
  if (masker === 'keep') return op.KEEP;
  if (masker === 'text') return op.GATHER_PARTS + originOf(masker);
  if (masker === 'street') return op.GATHER_STREETS + originOf(masker);
  return isTelling(masker) ? op.GATHER_FORMS + originOf(masker) : op.GATHER_KEYS;
}

const origins: Partial<Record<MaskerName, number>> = {
  digits: 2,
  token: 3,
  iban: op.IBAN_ORIGIN,
  card: 5,
  text: op.TEXT_ORIGIN,
};
/** What has masked an original, in three bits. Those whose masks are no other originals are one, as are the addresses of a running text. */
export const originOf = (masker: MaskerName, form = '#'): number =>
  masker === 'text' && !form.startsWith('#') ? OTHER_ORIGIN : (origins[masker] ?? OTHER_ORIGIN);

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
  if (kind === op.LOOK_BYTES) return [writtenBytes(value), ...textsInBytes(value)];
  if (kind === op.LOOK_ADDRESS) return [writtenAddress(value)];
  if (kind !== op.LOOK_INTEGER) return [writtenDay(kind, value)];
  return textsOf(writtenNumber(value));
}

/** Texts that stand in these in other signs. Bytes have been read: what PostgreSQL writes of them is not read again. */
export function decodedIn(kind: number, texts: readonly string[]): readonly string[] {
  if (kind === op.LOOK_BYTES) return texts.slice(1).flatMap(textsDecoded);
  return isAnyText.has(kind) ? texts.flatMap(textsDecoded) : [];
}

const isAnyText = new Set<number>([op.LOOK_TEXT, op.LOOK_JSON, op.LOOK_JSON_BINARY]);

/** What is sought in one of these texts. In bytes, digits between the letters of hexadecimal are somebody's number by chance. */
export const findsIn = (kind: number, text: string, wanted: Wanted): readonly string[] =>
  kind !== op.LOOK_TEXT && isWritten(text) ? wholeIn(text, wanted) : foundIn(text, wanted);

/** With its sign, which no original has. */
export const writtenNumber = (value: Buffer): string =>
  String(value.length === 8 ? value.readBigInt64BE() : value.readInt32BE());

/** As PostgreSQL writes it; the kernel does the same. */
function writtenAddress(value: Buffer): string {
  const [bits, bytes] = [value[1]!, value.subarray(4)];
  const whole = bytes.length === 4 ? bytes.join('.') : shortened(bytes);
  return bits === bytes.length * 8 ? whole : `${whole}/${bits}`;
}

/** Without the longest row of groups of zeros, the first of them. */
function shortened(bytes: Buffer): string {
  const groups = Array.from({ length: 8 }, (_, i) => bytes.readUInt16BE(i * 2));
  const rowFrom = (i: number): number => (groups[i] === 0 ? 1 + rowFrom(i + 1) : 0);
  const rows = groups.map((_, i) => rowFrom(i));
  const count = Math.max(...rows);
  const written = groups.map((group) => group.toString(16));
  if (count < 2) return written.join(':');
  const first = rows.indexOf(count);
  const isFour = first === 0 && (count === 6 || (count === 5 && groups[5] === 0xffff));
  const after = isFour ? [...written.slice(count, 6), bytes.subarray(12).join('.')] : written.slice(first + count);
  return `${written.slice(0, first).join(':')}::${after.join(':')}`;
}

const DAY_MICROS = 86_400_000_000n;
const [INFINITE, FIRST_YEAR_DAYS] = ['infinity', 730_119];

/** As PostgreSQL writes it in JSON, in UTC; the kernel does the same for years of four digits. */
function writtenDay(kind: number, value: Buffer): string {
  const isDate = kind === op.LOOK_DATE;
  const [count, bits] = isDate ? [BigInt(value.readInt32BE()), 31n] : [value.readBigInt64BE(), 63n];
  if (count === 2n ** bits - 1n) return INFINITE;
  if (count === -(2n ** bits)) return `-${INFINITE}`;
  const micros = isDate ? count * DAY_MICROS : count;
  const ofDay = ((micros % DAY_MICROS) + DAY_MICROS) % DAY_MICROS;
  const days = Number((micros - ofDay) / DAY_MICROS);
  // A calendar comes again after 400 years; one of them is left that Date knows.
  const turns = Math.floor((days + FIRST_YEAR_DAYS) / 146_097);
  const day = new Date(Date.UTC(2000, 0, 1) + (days - turns * 146_097) * 86_400_000).toISOString();
  const year = Number(day.slice(0, 4)) + turns * 400;
  const written = `${String(year > 0 ? year : 1 - year).padStart(4, '0')}${day.slice(4, 10)}`;
  const [seconds, fraction] = [Number(ofDay / 1_000_000n), Number(ofDay % 1_000_000n)];
  const time = isDate ? '' : `T${new Date(seconds * 1000).toISOString().slice(11, 19)}`;
  const parts = fraction === 0 ? '' : `.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`;
  return `${written}${time}${parts}${kind === op.LOOK_INSTANT ? '+00:00' : ''}${year > 0 ? '' : ' BC'}`;
}
