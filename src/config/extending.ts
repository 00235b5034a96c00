import { createHash } from 'node:crypto';
import path from 'node:path';
import { failed, ok, type Failure, type Result } from '../domain/failure.ts';
import { mistake } from './catalogue.ts';
import { readText, type Asked } from './source-text.ts';
import { merge, type MapTree, type Tree } from './tree.ts';
import { parseYaml } from './yaml-tree.ts';

const filesLimit = 20;

export interface MergedFiles {
  readonly tree: MapTree;
  /** Absolute paths, the file itself last. */
  readonly files: readonly string[];
  /** SHA-256 over the texts of all files, in that order. */
  readonly textHash: string;
}

/** A file with everything it `extends` below it: what stands nearer to the file itself wins. */
export function readMerged(file: string): Result<MergedFiles> {
  const texts = new Map<string, string>();
  const tree = readOne(file, path.dirname(file), [], null, texts);
  if (!tree.ok) return tree;
  const hash = createHash('sha256');
  for (const text of texts.values()) hash.update(`${Buffer.byteLength(text)}:`).update(text);
  return ok({ tree: tree.value, files: [...texts.keys()], textHash: hash.digest('hex') });
}

function readOne(
  file: string,
  root: string,
  below: readonly string[],
  asked: Asked | null,
  texts: Map<string, string>,
): Result<MapTree> {
  const shownAs = path.relative(root, file) || path.basename(file);
  if (below.includes(file))
    return failed(
      mistake(
        'GR1021',
        `${shownAs} extends itself${below.at(-1) === file ? '' : ' by way of others'}.`,
        'Break the circle.',
        asked?.at ?? null,
        asked?.path ?? [],
      ),
    );
  if (texts.size + below.length >= filesLimit)
    return failed(
      mistake(
        'GR1022',
        `More than ${filesLimit} files extend each other.`,
        'Join some of them.',
        asked?.at ?? null,
        asked?.path ?? [],
      ),
    );
  const text = readText(file, shownAs, asked);
  if (!text.ok) return text;
  const own = parseYaml(text.value, shownAs);
  if (!own.ok) return own;
  const failures: Failure[] = [];
  let result: MapTree | null = null;
  for (const base of basesOf(own.value, failures)) {
    const read = readOne(path.resolve(path.dirname(file), base.file), root, [...below, file], base.asked, texts);
    if (!read.ok) failures.push(...read.failures);
    else result = result ? mapOf(merge(result, read.value)) : read.value;
  }
  texts.set(file, text.value);
  if (failures.length > 0) return failed(...failures);
  const withoutExtends: MapTree = { ...own.value, entries: new Map(own.value.entries) };
  withoutExtends.entries.delete('extends');
  return ok(result ? mapOf(merge(result, withoutExtends)) : withoutExtends);
}

function mapOf(tree: Tree): MapTree {
  if (tree.kind !== 'map') throw new TypeError('Merging two mappings gave something else.');
  return tree;
}

interface Base {
  readonly file: string;
  readonly asked: Asked;
}

function basesOf(tree: MapTree, failures: Failure[]): readonly Base[] {
  const named = tree.entries.get('extends')?.value;
  if (!named) return [];
  const items: readonly (readonly [Tree, Asked['path']])[] =
    named.kind === 'list'
      ? named.items.map((item, index) => [item, ['extends', index]] as const)
      : [[named, ['extends']]];
  return items.flatMap(([item, place]) => {
    const file = item.kind === 'scalar' && typeof item.value === 'string' ? item.value : null;
    if (file !== null && file !== '' && !path.isAbsolute(file) && !/^[a-z]+:\/\//i.test(file))
      return [{ file, asked: { at: item.at, path: place } }];
    const seen = file === null ? 'something that is not text' : `"${file.slice(0, 80)}"`;
    failures.push(
      mistake(
        'GR1022',
        `"extends" names ${seen}.`,
        'Name a file relative to this one, such as ./shared.yaml.',
        item.at,
        place,
      ),
    );
    return [];
  });
}
