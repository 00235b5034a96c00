import { reservedFields, strict } from './plugs.ts';
import type { RegisteredPlug, Registries } from './registries.ts';
import { forms, schemaOf, type SchemaNode } from './schema-node.ts';
import { checkFields, projectShape } from './shape.ts';

/** JSON Schema 2020-12 of the whole file with the fields of every plug, for editors, `explain` and the reference pages. */
export function fullSchema(registries: Registries): SchemaNode {
  const { $schema, ...root } = schemaOf(projectShape);
  const common = schemaOf(checkFields);
  const { kind: _, ...fields } = common.properties ?? {};
  const defs: Record<string, SchemaNode> = { ...root.$defs };
  const describe = (name: string, node: SchemaNode) => {
    const description = defs[name]?.description;
    defs[name] = { ...(description ? { description } : {}), ...node };
  };
  describe('check', plugUnion(registries.checks, defs, fields));
  describe('driver', plugUnion(registries.drivers, defs, {}));
  describe('traffic', plugUnion(registries.traffic, defs, {}));
  return {
    $schema: $schema ?? 'https://json-schema.org/draft/2020-12/schema',
    $id: 'https://greenroom.dev/schema/greenroom.schema.json',
    ...root,
    $defs: defs,
  };
}

/** How our formats look as text. To other programs `duration` is that of ISO 8601, so they get a pattern instead. */
const formatPatterns: Readonly<Record<string, SchemaNode>> = {
  duration: { type: 'string', pattern: String.raw`^(\d+(\.\d+)?(ms|s|m|h|d))+$` },
  size: { type: 'string', pattern: String.raw`^\d+(\.\d+)?(B|KiB|MiB|GiB|kB|MB|GB)$` },
  share: { type: ['string', 'number'], pattern: String.raw`^\d+(\.\d+)?%?$` },
  rate: { type: ['string', 'number'], pattern: String.raw`^\d+(\.\d+)?(/(s|m))?$` },
};

/** The whole schema as editors take it. */
export function editorSchema(registries: Registries): SchemaNode {
  const text = JSON.stringify(fullSchema(registries), (_, value: unknown) => {
    if (value === null || typeof value !== 'object' || !('format' in value)) return value;
    const { format, ...rest } = value;
    const ours = typeof format === 'string' && Object.hasOwn(formatPatterns, format) ? formatPatterns[format] : null;
    return ours ? { ...rest, ...ours } : value;
  });
  return JSON.parse(text) as SchemaNode;
}

/** A kind by its name alone, or a mapping with the fields of that kind and, for checks, those of every check. */
function plugUnion(
  registry: ReadonlyMap<string, RegisteredPlug>,
  defs: Record<string, SchemaNode>,
  common: Record<string, SchemaNode>,
): SchemaNode {
  const plugs = [...registry.values()].toSorted((a, b) => (a.kind < b.kind ? -1 : 1));
  const kinds: SchemaNode = { type: 'string', enum: plugs.map((plug) => plug.kind) };
  return { anyOf: [kinds, ...plugs.map((plug) => plugSchema(plug, defs, common))] };
}

/** Definitions of a plug get its kind before their name, so that those of two plugs do not meet. */
function ownNames(kind: string, schema: SchemaNode): SchemaNode {
  const text = JSON.stringify(schema).replaceAll('"$ref":"#/$defs/', `"$ref":"#/$defs/${kind}.`);
  const renamed = JSON.parse(text) as SchemaNode;
  if (!renamed.$defs) return renamed;
  return {
    ...renamed,
    $defs: Object.fromEntries(Object.entries(renamed.$defs).map(([name, node]) => [`${kind}.${name}`, node])),
  };
}

function plugSchema(
  plug: RegisteredPlug,
  defs: Record<string, SchemaNode>,
  common: Record<string, SchemaNode>,
): SchemaNode {
  const { $schema: _, $defs, ...own } = ownNames(plug.kind, schemaOf(strict(plug.schema)));
  Object.assign(defs, $defs);
  const kind: SchemaNode = { const: plug.kind, ...(plug.summary ? { description: plug.summary } : {}) };
  const shapes = forms({ ...own, $defs: defs }, own);
  const single = shapes.length === 1 ? shapes[0]! : null;
  const merged = (shape: SchemaNode): SchemaNode => ({
    ...shape,
    type: 'object',
    properties: { kind, ...shape.properties, ...common },
    required: ['kind', ...(shape.required ?? []).filter((key) => !reservedFields.has(key))],
  });
  // A plug may take one of several shapes (`{ url } | { service, path }`): the common fields belong to each.
  return single ? merged(single) : { anyOf: shapes.map(merged) };
}
