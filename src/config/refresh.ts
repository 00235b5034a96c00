import { existsSync } from 'node:fs';
import path from 'node:path';
import { failed, ok, type Result } from '../domain/failure.ts';
import type { RefreshRules, Rule } from '../domain/refresh/rules.ts';
import type { Looked } from '../domain/refresh/changes.ts';
import type { SourceLimits } from '../domain/refresh/source-limits.ts';
import type { SubsetRules } from '../domain/refresh/subset.ts';
import { keepNone, type KeepRules } from '../refresh/kept.ts';
import { tell, type Ground } from './issues.ts';
import { loadRefreshLock, lockBeside } from './refresh-lock.ts';
import { limitsOf } from './refresh-limits.ts';
import { refreshShape, type RuleShape } from './refresh-shape.ts';
import { subsetOf } from './refresh-subset.ts';
import { schemaOf } from './schema-node.ts';
import { readText } from './source-text.ts';
import { plainOf } from './tree.ts';
import { parseYaml } from './yaml-tree.ts';

/** `refresh.yaml`, understood. Addresses and key are still references. */
export interface RefreshFile {
  readonly source: {
    /** The last of the path, otherwise. */
    readonly environment: string | null;
    /** A role that can only read, otherwise, where the database is an embedded one. */
    readonly url: string | null;
    readonly limits: SourceLimits;
  };
  readonly database: string | null;
  readonly key: string | null;
  /** Bring the copy to the schema of the environment. */
  readonly migrate: boolean;
  readonly keep: KeepRules;
  readonly rules: RefreshRules;
  /** Columns and types that people looked at, of `refresh.lock` beside it; null when there is none. */
  readonly looked: Looked | null;
  /** Null: every row. */
  readonly subset: SubsetRules | null;
}

/** Every mistake of the file at once; whether the rules fit the source is the plan's question. */
export function loadRefreshFile(file: string): Result<RefreshFile> {
  const shownAs = path.basename(file);
  if (!existsSync(file))
    return failed({
      code: 'GR5040',
      message: `There is no file ${shownAs}.`,
      where: file,
      do: 'Run "greenroom refresh plan <environment>": it looks at the source and writes a first one.',
    });
  const text = readText(file, shownAs, null);
  if (!text.ok) return text;
  const understood = understandRefresh(text.value, shownAs);
  const looked = loadRefreshLock(lockBeside(file));
  if (!understood.ok || !looked.ok)
    return failed(...(understood.ok ? [] : understood.failures), ...(looked.ok ? [] : looked.failures));
  return ok({ ...understood.value, looked: looked.value });
}

/** The text of such a file. */
export function understandRefresh(text: string, shownAs: string): Result<Omit<RefreshFile, 'looked'>> {
  const tree = parseYaml(text, shownAs);
  if (!tree.ok) return tree;
  const ground: Ground = { tree: tree.value, written: plainOf(tree.value), schema: () => schemaOf(refreshShape) };
  const shape = refreshShape.safeParse(ground.written);
  if (!shape.success) return failed(...tell(ground, shape.error.issues));
  const { source, database, key, columns, patterns, types, migrate, keep, subset } = shape.data;
  return ok({
    source: { environment: source?.environment ?? null, url: source?.url ?? null, limits: limitsOf(source) },
    keep: keep ? { last: keep.last, forMs: keep.for ?? null } : keepNone,
    ...{ migrate, database: database ?? null, key: key ?? null, subset: subset ? subsetOf(subset) : null },
    rules: {
      columns: mapRules(columns),
      patterns: Object.entries(patterns).map(([pattern, rule]) => ({ pattern, rule: ruleOf(rule) })),
      types: mapRules(types),
    },
  });
}

const mapRules = (rules: Readonly<Record<string, RuleShape>>): Record<string, Rule> =>
  Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, ruleOf(rule)]));

function ruleOf(written: RuleShape): Rule {
  if (written === 'keep') return { kind: 'keep', because: null };
  if (written === 'nothing') return { kind: 'null' };
  if (typeof written === 'string') return { kind: 'mask', masker: written, days: 60, by: null, percent: 10 };
  if ('keep' in written) return { kind: 'keep', because: written.because };
  if ('constant' in written) return { kind: 'constant', value: written.constant };
  if ('mask' in written)
    return { kind: 'mask', masker: written.mask, days: written.days, by: written.by ?? null, percent: written.percent };
  const paths = Object.entries(written.json).map(([path, masker]) => ({ path, masker }));
  return { kind: 'json', paths, rest: written.rest };
}
