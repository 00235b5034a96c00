import type { MapTree, Tree } from './tree.ts';

type Expand = (tree: Tree) => Tree;

/** What a short form stands for: the one key it sets. */
const as =
  (key: string): Expand =>
  (tree) =>
    tree.kind === 'map'
      ? tree
      : { kind: 'map', at: tree.at, entries: new Map([[key, { keyAt: tree.at, value: tree }]]) };

const at =
  (changes: Readonly<Record<string, Expand>>): Expand =>
  (tree) =>
    tree.kind === 'map' ? change(tree, (key) => (Object.hasOwn(changes, key) ? changes[key]! : null)) : tree;

const each =
  (expand: Expand): Expand =>
  (tree) =>
    tree.kind === 'map' ? change(tree, () => expand) : tree;

function change(tree: MapTree, find: (key: string) => Expand | null): MapTree {
  const entries = new Map(
    [...tree.entries].map(([key, entry]) => [key, { ...entry, value: find(key)?.(entry.value) ?? entry.value }]),
  );
  return { ...tree, entries };
}

/** Every short form spelled out, at the same places of the file: `bake: 1m` as `bake: { for: 1m }`. */
export const expand: Expand = at({
  services: each(at({ health: as('path') })),
  environments: each(
    at({ driver: as('kind'), traffic: as('kind'), bake: as('for'), shift: as('steps'), variables: as('files') }),
  ),
  phases: each(at({ checks: each(as('kind')) })),
});
