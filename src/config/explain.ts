import { failed, ok, type Result } from '../domain/failure.ts';
import type { Json } from '../domain/json.ts';
import { mistake } from './catalogue.ts';
import { fullSchema } from './json-schema.ts';
import type { LoadedProject } from './load.ts';
import { effectiveDefault } from './effective-default.ts';
import { pathText, positionText } from './position.ts';
import { keyed, knownKeys, member, resolve, typeText, valueAt, type SchemaNode } from './schema-node.ts';
import { shown } from './secrecy.ts';
import { useOneOf } from './suggestion.ts';

/** What a field means, what it is, and where that came from. */
export interface Explanation {
  readonly path: string;
  readonly meaning: string;
  readonly type: string;
  /** As it would be written; null when there is none. */
  readonly default: string | null;
  /** As written, references unresolved; null for a group that is long. `(hidden)` where it may be a secret. */
  readonly value: string | null;
  /** `greenroom.yaml:12:5`, `../shared.yaml:3:1 (extended)` or `default`; null when neither. */
  readonly from: string | null;
  /** Fields below it. */
  readonly children: readonly string[];
}

/** @example explainPath(loaded, 'services.backend.health.within') */
export function explainPath(loaded: LoadedProject, text: string): Result<Explanation> {
  const root = fullSchema(loaded.registries);
  const path = parsePath(text);
  let node: SchemaNode = root;
  for (const [index, key] of path.entries()) {
    const above = path.slice(0, index);
    const found = member(root, node, key, valueAt(loaded.written, above));
    const isDeclared = found && (isNamed(root, node, loaded, above, key) || declares(loaded, above, key));
    if (!found || !isDeclared) return unknownPath(root, node, loaded, above, String(key));
    node = found;
  }
  return ok(describe(loaded, root, node, path));
}

/** `a.b[0]."c d"` → keys; a key that holds a dot is quoted. */
const parsePath = (text: string): readonly string[] =>
  [...text.matchAll(/"((?:[^"\\]|\\.)*)"|\[(\d+)\]|([^.[\]"]+)/g)].map(
    (match) => match[1] ?? match[2] ?? match[3] ?? '',
  );

/** A key the schema names, unlike one that only a project can name. */
const isNamed = (
  root: SchemaNode,
  node: SchemaNode,
  loaded: LoadedProject,
  above: readonly string[],
  key: string,
): boolean => knownKeys(root, node, valueAt(loaded.written, above)).includes(key);

/** Whether the project has such a member: an environment, a service, a phase that nobody wrote but that runs. */
function declares(loaded: LoadedProject, above: readonly string[], key: string): boolean {
  if (valueAt(loaded.written, [...above, key]) !== undefined) return true;
  if (above.length === 1 && above[0] === 'phases') return loaded.project.phases.some((phase) => phase.name === key);
  const isPorts = above.length === 3 && above[0] === 'environments' && above[2] === 'ports';
  return isPorts && loaded.project.services.some((service) => service.name === key);
}

function unknownPath(
  root: SchemaNode,
  node: SchemaNode,
  loaded: LoadedProject,
  above: readonly string[],
  key: string,
): Result<never> {
  const place = above.length === 0 ? 'at the top' : `in ${pathText(above)}`;
  const seen = shown(key, []) ?? '';
  return failed(
    mistake('GR1602', `There is no field ${seen} ${place}.`, useOneOf(key, childrenOf(root, node, loaded, above))),
  );
}

function childrenOf(
  root: SchemaNode,
  node: SchemaNode,
  loaded: LoadedProject,
  path: readonly string[],
): readonly string[] {
  const written = valueAt(loaded.written, path);
  const declared = written !== null && typeof written === 'object' ? Object.keys(written) : [];
  const phases = path.length === 1 && path[0] === 'phases' ? loaded.project.phases.map((phase) => phase.name) : [];
  return [...new Set([...knownKeys(root, node, written), ...phases, ...declared])];
}

function describe(loaded: LoadedProject, root: SchemaNode, node: SchemaNode, path: readonly string[]): Explanation {
  const whole = resolve(root, node);
  const written = valueAt(loaded.written, path);
  const byDefault = defaultOf(root, node, loaded, path);
  const at = loaded.sources.get(path.join('.'));
  const isExtended = at && loaded.files.length > 1 && !loaded.file.endsWith(`/${at.file}`);
  const from = at ? `${positionText(at)}${isExtended ? ' (extended)' : ''}` : byDefault === null ? null : 'default';
  return {
    path: pathText(path),
    meaning:
      whole.description ??
      keyed(root, node, written).find((form) => form.description)?.description ??
      meaningByName(path),
    type: typeText(root, node),
    default: byDefault,
    value: valueText(written, path) ?? byDefault,
    from,
    children: childrenOf(root, node, loaded, path),
  };
}

const meaningByName = (path: readonly string[]): string =>
  path.length === 0
    ? 'What a team releases, where, and what must hold.'
    : `"${path.at(-1)}" of ${path.slice(0, -1).join('.') || 'the project'}, named by the project.`;

/** A longer group is told by its fields. */
const longestGroup = 160;

function valueText(written: Json | undefined, path: readonly string[]): string | null {
  if (written === undefined) return null;
  if (Array.isArray(written) && written.every((item) => typeof item !== 'object')) {
    const items = written.map((item) => shown(item, path));
    return items.includes(null) ? '(hidden)' : `[${items.join(', ')}]`;
  }
  if (written === null || typeof written !== 'object')
    return shown(written, path)?.replace(/^"(.*)"$/s, '$1') ?? '(hidden)';
  const text = groupText(written, path);
  return text.length > longestGroup ? null : text;
}

/** In one line, as YAML would have it: `{ for: 3s, probes: { web: / } }`; every member may be hidden for itself. */
function groupText(written: Json, path: readonly string[]): string {
  if (written === null || typeof written !== 'object') return valueText(written, path) ?? '';
  if (Array.isArray(written)) return `[${written.map((item) => groupText(item, path)).join(', ')}]`;
  const members = Object.entries(written).map(([key, value]) => `${key}: ${groupText(value!, [...path, key])}`);
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
}

/** The default of the schema; below a shorthand or an absent group, that of the group's own form. */
function defaultOf(root: SchemaNode, node: SchemaNode, loaded: LoadedProject, path: readonly string[]): string | null {
  const effective = valueAt(loaded.written, path) === undefined ? effectiveDefault(loaded.project, path) : null;
  if (effective !== null) return effective;
  const fallback = node.default ?? resolve(root, node).default;
  if (fallback === undefined || (fallback !== null && typeof fallback === 'object' && !Array.isArray(fallback)))
    return null;
  return typeof fallback === 'string' ? fallback : JSON.stringify(fallback);
}
