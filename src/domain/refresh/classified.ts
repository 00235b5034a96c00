// Which values of the source are originals, by the rules of the plan: the set is filled from what is said to be about people, not from what was masked.
import type { PlannedColumn } from './compile.ts';
import { covers, keysOf, leavesOf, parseJsonPath, type JsonStep } from './json-path.ts';
import type { MaskerName } from './maskers.ts';
import { foundInside, inside } from './outbound.ts';
import { formsOf, isTelling, numbersOf, partsOf } from './originals.ts';
import { isOwnAddress } from './parts.ts';
import type { Rule } from './rules.ts';
import { familyOf } from './source-schema.ts';

/** Whether a column holds originals at all, so that it is worth reading. */
export function holdsOriginals({ rule, type }: PlannedColumn): boolean {
  if (rule.kind === 'keep') return false;
  if (rule.kind !== 'mask') return ['text', 'text-array', 'json'].includes(familyOf(type)) || mayHoldAddresses(type);
  const isNumber = ['whole', 'fraction', 'day', 'object'].includes(familyOf(type));
  return !isNumber && (['text', 'outbound'].includes(rule.masker) || isTelling(rule.masker));
}

/** What has no letters, or only those of labels, holds nobody's address. */
const withoutLetters = new Set([
  ...['bool', 'enum', 'time', 'timetz', 'interval', 'money', 'bit', 'varbit', 'pg_lsn', 'xid', 'xid8', 'tid', 'cid'],
  ...['point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle', '_bool', '_int2', '_int4', '_int8', '_oid'],
  ...['_numeric', '_float4', '_float8', '_date', '_time', '_timestamp', '_timestamptz', '_interval', '_uuid'],
  ...['int4', 'int8', 'num', 'ts', 'tstz', 'date'].flatMap((of) => [`${of}range`, `${of}multirange`]),
]);

/** Composites, XML, names, arrays of JSON, types of extensions: what they hold is not known, but an address is one wherever it stands. */
export const mayHoldAddresses = (type: string): boolean => familyOf(type) === 'other' && !withoutLetters.has(type);

export interface Original {
  /** As it is looked for. */
  readonly form: string;
  /** What has masked it. */
  readonly masker: MaskerName;
}

function of(value: string, masker: MaskerName | 'keep'): readonly Original[] {
  if (masker === 'keep') return [];
  return formsBy(value, masker).map((form) => ({ form, masker }));
}

function formsBy(value: string, masker: MaskerName): readonly string[] {
  if (masker === 'outbound') return outboundForms(value);
  if (masker === 'text') return partsOf(value);
  if (!isTelling(masker)) return [];
  const forms = formsOf(value, masker === 'street');
  // People write it in groups of four.
  return masker === 'iban' ? [...forms, ...numbersOf(value)] : forms;
}

/** What nobody else may have: addresses of people, keys, and URLs that open something. A host alone stands in many places. */
const outboundForms = (value: string): readonly string[] =>
  [
    ...foundInside('email', value.replace(new RegExp(inside.url, 'g'), ' ')).filter(isOwnAddress),
    ...foundInside('key', value),
    ...foundInside('url', value).filter((text) => opensSomething.test(text)),
  ].flatMap((text) => formsOf(text));
const opensSomething = /:\/\/[^/]*@|[/=](?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{12,}/;

/** Paths whose masker is kept in mind; keys that are values could be as many as rows. */
const MOST_PATHS = 4096;

/** What masks a leaf of JSON, by its path. */
export function maskerByPath(rule: Extract<Rule, { kind: 'json' }>): (path: string) => MaskerName | 'keep' {
  const rules = rule.paths
    .map(({ path, masker }) => ({ steps: parseJsonPath(path) ?? [], masker }))
    .filter(({ steps }) => steps.length > 0)
    .toSorted((a, b) => b.steps.length - a.steps.length);
  const known = new Map<string, MaskerName | 'keep'>();
  return (path) => {
    const before = known.get(path);
    if (before !== undefined) return before;
    const leaf: readonly JsonStep[] = parseJsonPath(path) ?? [];
    const masker = rules.find(({ steps }) => covers(steps, leaf))?.masker ?? rule.rest;
    if (known.size < MOST_PATHS) known.set(path, masker);
    return masker;
  };
}

/** Reads the originals of a column, one value after the other, each as PostgreSQL writes it in JSON, so a text has quotes and an array brackets. */
export function originalsOf({ rule, type }: PlannedColumn): (json: string) => readonly Original[] {
  if (rule.kind === 'keep') return () => [];
  // What is left out altogether may be any text: only what is told apart inside it counts.
  const whole = rule.kind === 'mask' ? rule.masker : 'text';
  const maskerAt = rule.kind === 'json' ? maskerByPath(rule) : () => whole;
  const all = (json: string): readonly Original[] => {
    const value: unknown = JSON.parse(json);
    const leaves = [...leavesOf(value)].flatMap(([path, texts]) => texts.flatMap((text) => of(text, maskerAt(path))));
    // A key that nobody foresaw is masked as a text, whatever masks what stands below it.
    const keys = [...keysOf(value)].flatMap(([path, key]) => (maskerAt(path) === 'keep' ? [] : of(key, 'text')));
    return [...leaves, ...keys];
  };
  if (rule.kind === 'mask' || !mayHoldAddresses(type)) return all;
  return (json) => all(json).filter(({ form }) => form.includes('@'));
}
