import { existsSync } from 'node:fs';
import path from 'node:path';
import { failed, ok, type Result } from '../domain/failure.ts';
import type { SeedWish } from '../domain/seed/plan-seed.ts';
import { tell, type Ground } from './issues.ts';
import { schemaOf } from './schema-node.ts';
import { seedShape } from './seed-shape.ts';
import { readText } from './source-text.ts';
import { plainOf } from './tree.ts';
import { parseYaml } from './yaml-tree.ts';

/** `seed.yaml`, understood. */
export interface SeedFile extends SeedWish {
  readonly database: string | null;
  readonly seed: number;
  readonly untilAt: number;
}

/** Every mistake of the file at once. Without a file everything is as by default; whether the tables are there is the plan's question. */
export function loadSeedFile(file: string): Result<SeedFile> {
  const shownAs = path.basename(file);
  if (!existsSync(file)) return understandSeed('{}', shownAs);
  const text = readText(file, shownAs, null);
  return text.ok ? understandSeed(text.value, shownAs) : text;
}

function understandSeed(text: string, shownAs: string): Result<SeedFile> {
  const tree = parseYaml(text, shownAs);
  if (!tree.ok) return tree;
  const ground: Ground = { tree: tree.value, written: plainOf(tree.value), schema: () => schemaOf(seedShape) };
  const shape = seedShape.safeParse(ground.written);
  if (!shape.success) return failed(...tell(ground, shape.error.issues));
  const { database, seed, rows, until, tables, keep } = shape.data;
  return ok({
    ...{ database: database ?? null, seed, rows, untilAt: Date.parse(until) },
    tables: { ...tables, ...Object.fromEntries(keep.map((name) => [name, 'keep' as const])) },
  });
}
