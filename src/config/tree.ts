import type { Json } from '../domain/json.ts';
import type { Path, Position } from './position.ts';

/** What was written, with the place of every key and value. */
export type Tree = MapTree | ListTree | ScalarTree;

export interface MapTree {
  readonly kind: 'map';
  readonly at: Position;
  readonly entries: Map<string, { readonly keyAt: Position; readonly value: Tree }>;
}

interface ListTree {
  readonly kind: 'list';
  readonly at: Position;
  readonly items: readonly Tree[];
}

interface ScalarTree {
  readonly kind: 'scalar';
  readonly at: Position;
  readonly value: string | number | boolean | null;
  /** As it stands in the file, without quotes: `007`, `1e3`, `no`. */
  readonly text: string;
}

/** Plain values without prototypes, so that a key named `constructor` is only a key. */
export function plainOf(tree: Tree): Json {
  if (tree.kind === 'scalar') return tree.value;
  if (tree.kind === 'list') return tree.items.map(plainOf);
  const plain: Record<string, Json> = Object.create(null) as Record<string, Json>;
  for (const [key, entry] of tree.entries) plain[key] = plainOf(entry.value);
  return plain;
}

export function step(tree: Tree | undefined, key: string | number): Tree | undefined {
  if (tree?.kind === 'map') return tree.entries.get(String(key))?.value;
  return tree?.kind === 'list' && typeof key === 'number' ? tree.items[key] : undefined;
}

export const find = (tree: Tree | undefined, path: Path): Tree | undefined =>
  path.reduce<Tree | undefined>((node, key) => step(node, key), tree);

/** Members of a mapping, or none when it is something else. */
export const members = (tree: Tree | undefined): readonly (readonly [string, Tree])[] =>
  tree?.kind === 'map' ? [...tree.entries].map(([key, entry]) => [key, entry.value] as const) : [];

/** Place of the key at `path`; of the nearest one above it when it is not written. */
export function keyPosition(root: Tree, path: Path): Position {
  let node: Tree | undefined = root;
  let at = root.at;
  for (const key of path) {
    const entry: { readonly keyAt: Position } | undefined =
      node?.kind === 'map' ? node.entries.get(String(key)) : undefined;
    node = step(node, key);
    if (!node) break;
    at = entry?.keyAt ?? node.at;
  }
  return at;
}

/** Place of the value at `path`; of the nearest key above it when it is not written. */
export const valuePosition = (root: Tree, path: Path): Position => find(root, path)?.at ?? keyPosition(root, path);

/** What one file says over another: mappings are merged, everything else is replaced, and an empty value takes away. */
export function merge(below: Tree, above: Tree): Tree {
  if (below.kind !== 'map' || above.kind !== 'map') return above;
  const entries = new Map(below.entries);
  for (const [key, entry] of above.entries) {
    const inherited = entries.get(key);
    const emptied = entry.value.kind === 'scalar' && entry.value.value === null;
    if (inherited && emptied) entries.delete(key);
    else entries.set(key, inherited ? { ...entry, value: merge(inherited.value, entry.value) } : entry);
  }
  return { kind: 'map', at: above.at, entries };
}

/** Every written field with its place. */
export function positionsOf(tree: Tree, path: Path = [], found = new Map<string, Position>()): Map<string, Position> {
  const visit = (key: string | number, at: Position, value: Tree) => {
    const place = [...path, key];
    found.set(place.join('.'), at);
    positionsOf(value, place, found);
  };
  if (tree.kind === 'map') for (const [key, entry] of tree.entries) visit(key, entry.keyAt, entry.value);
  if (tree.kind === 'list') tree.items.forEach((item, index) => visit(index, item.at, item));
  return found;
}
