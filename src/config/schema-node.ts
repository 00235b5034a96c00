import { z } from 'zod';
import type { Json } from '../domain/json.ts';
import type { Path } from './position.ts';

/** The part of JSON Schema 2020-12 that zod writes for us. */
export interface SchemaNode {
  $ref?: string;
  $defs?: Record<string, SchemaNode>;
  $schema?: string;
  $id?: string;
  title?: string;
  description?: string;
  type?: string | string[];
  format?: string;
  pattern?: string;
  default?: Json;
  const?: Json;
  enum?: Json[];
  minimum?: number;
  maximum?: number;
  properties?: Record<string, SchemaNode>;
  required?: string[];
  additionalProperties?: boolean | SchemaNode;
  unevaluatedProperties?: boolean;
  items?: SchemaNode;
  anyOf?: SchemaNode[];
  oneOf?: SchemaNode[];
  allOf?: SchemaNode[];
}

/** Longest unit that divides evenly: 30000 → `30s`. */
export function durationText(ms: number): string {
  const unit = (
    [
      ['d', 86_400_000],
      ['h', 3_600_000],
      ['m', 60_000],
      ['s', 1_000],
    ] as const
  ).find(([, unitMs]) => ms >= unitMs && ms % unitMs === 0);
  return unit ? `${ms / unit[1]}${unit[0]}` : `${ms}ms`;
}

/** How a default that stands as a parsed value would be written in the file. */
function asWritten(value: Json, format: string | undefined): Json {
  if (typeof value !== 'number') return value;
  if (format === 'duration') return durationText(value);
  if (format === 'share') return `${Number((value * 100).toPrecision(12))}%`;
  if (format === 'rate') return `${value}/s`;
  return format === 'size' ? `${value}B` : value;
}

/** JSON Schema of what may be written, with every default as it would be written. */
export function schemaOf(schema: z.ZodType): SchemaNode {
  return z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-2020-12',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      // The bounds of safe integers are no statement of ours.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      const definition = zodSchema._zod.def;
      if (definition.type !== 'default' || !('defaultValue' in definition)) return;
      const value = definition.defaultValue as Json | undefined;
      if (value !== undefined) jsonSchema.default = asWritten(value, jsonSchema.format);
    },
  }) as SchemaNode;
}

export function resolve(root: SchemaNode, node: SchemaNode): SchemaNode {
  const name = node.$ref?.replace('#/$defs/', '');
  const target = name === undefined ? undefined : root.$defs?.[name];
  if (!target) return node;
  const { $ref: _, ...beside } = node;
  return { ...resolve(root, target), ...beside };
}

/** The forms a value may take: members of unions, unions in unions laid flat. */
export function forms(root: SchemaNode, node: SchemaNode): readonly SchemaNode[] {
  const whole = resolve(root, node);
  const union = whole.anyOf ?? whole.oneOf;
  return union ? union.flatMap((form) => forms(root, form)) : [whole];
}

const kindOf = (written: Json | undefined): Json | undefined =>
  typeof written === 'string'
    ? written
    : written !== null && typeof written === 'object' && 'kind' in written
      ? written['kind']
      : undefined;

/** Forms that have keys; where forms differ by `kind`, only those of the kind written. */
export function keyed(root: SchemaNode, node: SchemaNode, written: Json | undefined): readonly SchemaNode[] {
  const objects = forms(root, node).filter((form) => form.properties ?? form.additionalProperties);
  const kind = kindOf(written);
  const same = objects.filter((form) => form.properties?.['kind']?.const === kind);
  return kind !== undefined && same.length > 0 ? same : objects;
}

/** Keys that may be written at a place. */
export const knownKeys = (root: SchemaNode, node: SchemaNode, written?: Json): readonly string[] => [
  ...new Set(keyed(root, node, written).flatMap((form) => Object.keys(form.properties ?? {}))),
];

export function member(root: SchemaNode, node: SchemaNode, key: string | number, written?: Json): SchemaNode | null {
  if (typeof key === 'number' || /^\d+$/.test(key)) {
    const list = forms(root, node).find((form) => form.items);
    if (list?.items) return resolve(root, list.items);
  }
  for (const form of keyed(root, node, written)) {
    const found = form.properties && Object.hasOwn(form.properties, key) ? form.properties[key] : undefined;
    if (found) return found;
    if (typeof form.additionalProperties === 'object' && typeof key === 'string') return form.additionalProperties;
  }
  return null;
}

export function valueAt(written: Json | undefined, path: Path): Json | undefined {
  return path.reduce<Json | undefined>((value, key) => {
    if (value === null || typeof value !== 'object') return undefined;
    return Object.hasOwn(value, key) ? (value as Record<string | number, Json>)[key] : undefined;
  }, written);
}

/** The schema of the field at a path, or null when there is none; `written` picks among forms by kind. */
export function schemaAt(root: SchemaNode, path: Path, written?: Json): SchemaNode | null {
  let node: SchemaNode | null = root;
  path.forEach((key, index) => {
    node = node && member(root, node, key, valueAt(written, path.slice(0, index)));
  });
  return node;
}

/** Whether a node refers to a definition that holds itself, as "any JSON" does: what follows it never ends. */
export function isEndless(root: SchemaNode, node: SchemaNode): boolean {
  const name = node.$ref?.replace('#/$defs/', '');
  const target = name === undefined ? undefined : root.$defs?.[name];
  return target !== undefined && JSON.stringify(target).includes(`"#/$defs/${name}"`);
}

/** `duration`, `a or b`, `list of text`, `mapping`: a type for people. */
export function typeText(root: SchemaNode, node: SchemaNode): string {
  if (isEndless(root, node)) return 'anything';
  const whole = resolve(root, node);
  if (whole.format && ['duration', 'size', 'share', 'rate'].includes(whole.format)) return whole.format;
  const union = whole.anyOf ?? whole.oneOf;
  if (union) {
    const types = new Set(union.map((form) => typeText(root, form)));
    return types.has('anything') ? 'anything' : [...types].join(' or ');
  }
  if (whole.const !== undefined) return `\`${String(whole.const)}\``;
  if (whole.enum) return whole.enum.map((value) => `\`${String(value)}\``).join(' or ');
  if (whole.items) return `list of ${typeText(root, whole.items)}`;
  const words: Record<string, string> = {
    string: 'text',
    integer: 'whole number',
    object: 'mapping',
    boolean: 'true or false',
    array: 'list',
    null: 'nothing',
  };
  const types = [whole.type ?? 'anything'].flat();
  return types.map((type) => words[type] ?? type).join(' or ');
}
