// What the plan says of a column, as the kernel takes it.
import { parseJsonPath, type JsonStep } from '../domain/refresh/json-path.ts';
import type { PlannedColumn } from '../domain/refresh/compile.ts';
import { maskers, type MaskerName } from '../domain/refresh/maskers.ts';
import { familyOf } from '../domain/refresh/source-schema.ts';
import type { Rule } from '../domain/refresh/rules.ts';
import * as op from '../kernel/operations.ts';
import type { ColumnProgram, JsonNode } from '../kernel/program.ts';
import { placeholder } from './placeholder.ts';

const leaves: Partial<Record<MaskerName | 'keep', number>> = {
  keep: op.KEEP,
  email: op.EMAIL,
  'given-name': op.GIVEN_NAME,
  'family-name': op.FAMILY_NAME,
  'full-name': op.FULL_NAME,
  company: op.COMPANY,
  street: op.STREET,
  place: op.PLACE,
  digits: op.DIGITS_ONLY,
  token: op.TOKEN,
  text: op.TEXT,
  ip: op.IP_TEXT,
  url: op.URL_TEXT,
  card: op.CARD,
  iban: op.IBAN,
};

/** What the kernel does to a text. */
export function leafOf(name: MaskerName | 'keep'): number {
  const operation = leaves[name];
  if (operation === undefined) throw new Error(`"${name}" is no masker of texts`);
  return operation;
}

/** Of a rule that the plan has let through. */
export function programOf({ rule, type, isEntity }: PlannedColumn): ColumnProgram {
  const { operation, parameter } = operationOf(rule, type);
  return { operation, parameter, isEntity };
}

function operationOf(rule: Rule, type: string): Pick<ColumnProgram, 'operation' | 'parameter'> {
  switch (rule.kind) {
    case 'keep':
      return { operation: op.KEEP, parameter: 0 };
    case 'null':
      return { operation: op.NULL, parameter: 0 };
    case 'constant':
      return { operation: op.FIXED, parameter: new TextEncoder().encode(rule.value) };
    case 'json':
      return { operation: type === 'jsonb' ? op.JSON_BINARY : op.JSON_TEXT, parameter: treeOf(rule) };
    case 'mask':
      // The source has put the sinks in already.
      return rule.masker === 'outbound' ? { operation: op.KEEP, parameter: 0 } : maskOf(rule, type);
    default:
      return rule satisfies never;
  }
}

function maskOf({ masker, days, percent }: Extract<Rule, { kind: 'mask' }>, type: string) {
  const family = familyOf(type);
  if (family === 'text') return { operation: leafOf(masker), parameter: 0 };
  if (family === 'text-array') return { operation: op.TEXT_ARRAY, parameter: leafOf(masker) };
  if (!(maskers[masker].families as readonly string[]).includes(family))
    throw new Error(`"${masker}" is not for ${type}`);
  if (family === 'uuid') return { operation: op.UUID, parameter: 0 };
  if (family === 'network') return { operation: op.INET, parameter: 0 };
  if (family === 'mac') return { operation: op.MAC, parameter: 0 };
  if (family === 'object') return { operation: op.KEEP, parameter: 0 };
  if (masker === 'picture') return { operation: op.FIXED, parameter: placeholder };
  if (family === 'bytes') return { operation: op.BYTES, parameter: 0 };
  if (family === 'day') return { operation: type === 'date' ? op.DATE : op.TIMESTAMP, parameter: days };
  if (type === 'numeric') return { operation: op.BAND_NUMERIC, parameter: percent * 10 };
  if (family === 'fraction') return { operation: op.BAND_FLOAT, parameter: 0 };
  return masker === 'id' ? { operation: op.ID, parameter: 0 } : { operation: op.BAND_INTEGER, parameter: percent * 10 };
}

/** The tree of the same paths for whoever reads the originals. Where two are as long the first one counts, as in domain/refresh/classified.ts. */
export function classifiedTree(
  { paths, rest }: Extract<Rule, { kind: 'json' }>,
  operationOf: (masker: MaskerName | 'keep') => number,
): JsonNode {
  const open = paths.map(({ path, masker }) => ({ steps: parseJsonPath(path) ?? [], operation: operationOf(masker) }));
  const nodeAt = (here: readonly Open[], inherited: number): JsonNode => {
    const operation = here.find(({ steps }) => steps.length === 0)?.operation ?? inherited;
    const after = (fits: (step: JsonStep) => boolean): readonly Open[] =>
      here
        .filter(({ steps: [first] }) => first !== undefined && fits(first))
        .map((each) => ({ ...each, steps: each.steps.slice(1) }));
    const child = (rules: readonly Open[]): JsonNode | null => (rules.length > 0 ? nodeAt(rules, operation) : null);
    const names = here.flatMap(({ steps: [first] }) => (first?.kind === 'key' ? [first.key] : []));
    return {
      ...{ operation, elements: child(after(({ kind }) => kind === 'elements')) },
      anyKey: child(after(({ kind }) => kind === 'any')),
      keys: Object.fromEntries(
        [...new Set(names)].map((key) => [
          key,
          nodeAt(
            after((step) => step.kind === 'any' || (step.kind === 'key' && step.key === key)),
            operation,
          ),
        ]),
      ),
    };
  };
  return nodeAt(
    open.filter(({ steps }) => steps.length > 0),
    operationOf(rest),
  );
}

interface Open {
  readonly steps: readonly JsonStep[];
  readonly operation: number;
}

function treeOf({ paths, rest }: Extract<Rule, { kind: 'json' }>): JsonNode {
  const open = paths.map(({ path, masker }) => ({ steps: parseJsonPath(path) ?? [], operation: leafOf(masker) }));
  return nodeOf(open, leafOf(rest));
}

/** The kernel looks for a key first and for any key then; so what is said of any key is part of every named one. */
function nodeOf(open: readonly Open[], inherited: number): JsonNode {
  const operation = open.findLast(({ steps }) => steps.length === 0)?.operation ?? inherited;
  const after = (kind: JsonStep['kind'], key?: string): readonly Open[] =>
    open
      .filter(({ steps: [first] }) => first?.kind === kind && (first.kind !== 'key' || first.key === key))
      .map(({ steps, operation }) => ({ steps: steps.slice(1), operation }));
  const child = (rules: readonly Open[]): JsonNode | null => (rules.length > 0 ? nodeOf(rules, operation) : null);
  const any = after('any');
  const names = open.flatMap(({ steps: [first] }) => (first?.kind === 'key' ? [first.key] : []));
  return {
    operation,
    elements: child(after('elements')),
    anyKey: child(any),
    keys: Object.fromEntries(
      [...new Set(names)].map((key) => [key, nodeOf([...any, ...after('key', key)], operation)]),
    ),
  };
}
