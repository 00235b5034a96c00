import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { failed, ok, type Failure, type Result } from '../domain/failure.ts';
import type { Json } from '../domain/json.ts';
import type { Project } from '../domain/project.ts';
import { mistake } from './catalogue.ts';
import { judgeContradictions } from './contradictions.ts';
import { readMerged, type MergedFiles } from './extending.ts';
import { tell, type Ground } from './issues.ts';
import { fullSchema } from './json-schema.ts';
import { expand } from './shorthands.ts';
import { environmentsOf, makeProject } from './model.ts';
import { judgeNames } from './names.ts';
import { notesOn } from './notes.ts';
import { placePhases } from './phase-order.ts';
import { readPlugs, type ReadCheck } from './plugs.ts';
import { type Position } from './position.ts';
import type { Registries } from './registries.ts';
import { projectShape } from './shape.ts';
import { keyPosition, plainOf, positionsOf, type Tree } from './tree.ts';

/** A project as understood, with what is needed to explain where everything came from. */
export interface LoadedProject {
  readonly project: Project;
  /** Absolute path of the file that was asked for. */
  readonly file: string;
  /** All files read, absolute; the one asked for comes last. */
  readonly files: readonly string[];
  /** Place of every written field by its dotted path; a field that is not here has its default. */
  readonly sources: ReadonlyMap<string, Position>;
  /** What was written, all files merged and shorthands spelled out; references unresolved. */
  readonly written: Json;
  readonly registries: Registries;
  /** Nothing wrong, but to be known: blocks declared and not enforced, files of variables that are not here. */
  readonly notes: readonly Failure[];
  /** SHA-256 over the texts of all files. */
  readonly textHash: string;
}

/** `greenroom.yaml` of a folder, or the file itself. */
export function findProjectFile(given: string): string {
  const absolute = path.resolve(given);
  if (!isFolder(absolute)) return absolute;
  const inside = ['greenroom.yaml', 'greenroom.yml'].map((one) => path.join(absolute, one));
  return inside.find((one) => existsSync(one)) ?? inside[0]!;
}

/** What cannot be looked at is told when it is read. */
function isFolder(file: string): boolean {
  try {
    return statSync(file).isDirectory();
  } catch {
    return false;
  }
}

/** Text → Model. Every mistake of the file at once; never throws for what the file says, never changes anything. */
export function loadProject(file: string, registries: Registries): Result<LoadedProject> {
  const absolute = path.resolve(file);
  const merged = readMerged(absolute);
  return merged.ok ? understand(absolute, merged.value, registries) : merged;
}

function understand(file: string, merged: MergedFiles, registries: Registries): Result<LoadedProject> {
  const { tree } = merged;
  const written = plainOf(tree);
  let schema: ReturnType<typeof fullSchema> | null = null;
  const ground: Ground = { tree, written, schema: () => (schema ??= fullSchema(registries)) };
  const shape = projectShape.safeParse(written);
  const plugs = readPlugs(ground, registries);
  const placed = placePhases(tree);
  const failures = [
    ...(shape.success ? [] : tell(ground, shape.error.issues)),
    ...plugs.failures,
    ...judgeNames(tree),
    ...judgeContradictions(tree),
    ...placed.failures,
  ];
  if (!shape.success || failures.length > 0) return failed(...inOrder(failures));
  const nowhere = plugs.checks.filter((check) => environmentsOf(check, shape.data).length === 0);
  if (nowhere.length > 0)
    return failed(...nowhere.map((check) => runsNowhere(tree, check, Object.keys(shape.data.environments))));
  const project = makeProject({ file, tree, shape: shape.data, plugs, phases: placed.phases });
  const missing = missingSchemas(tree, project);
  if (missing.length > 0) return failed(...missing);
  const spelledOut = expand(tree);
  const sources = positionsOf(spelledOut);
  const notes = inOrder(notesOn(tree, project));
  return ok({
    project,
    file,
    files: merged.files,
    sources,
    written: plainOf(spelledOut),
    registries,
    notes,
    textHash: merged.textHash,
  });
}

const placeOf = (failure: Failure): readonly [string, number, number] => {
  const match = /^(.*?):(\d+):(\d+)/.exec(failure.where ?? '');
  return match ? [match[1]!, Number(match[2]), Number(match[3])] : ['', 0, 0];
};

/** As they stand in the file, each once. */
function inOrder(failures: readonly Failure[]): readonly Failure[] {
  const once = new Map(failures.map((failure) => [`${failure.code}\n${failure.where}\n${failure.message}`, failure]));
  return [...once.values()].toSorted((a, b) => {
    const [fileA, lineA, columnA] = placeOf(a);
    const [fileB, lineB, columnB] = placeOf(b);
    return fileA === fileB ? lineA - lineB || columnA - columnB : fileA < fileB ? -1 : 1;
  });
}

function runsNowhere(tree: Tree, check: ReadCheck, environments: readonly string[]): Failure {
  const remedy = `Say where it runs, such as  in: [${environments.at(-1)}].`;
  return mistake(
    'GR1405',
    `The check "${check.name}" would run in no environment.`,
    remedy,
    keyPosition(tree, check.path),
    check.path,
  );
}

/** The description of variables belongs to the repository, unlike the variables themselves. */
function missingSchemas(tree: Tree, project: Project): readonly Failure[] {
  return project.environments.flatMap(({ name, variableSchema }) => {
    if (variableSchema === null || existsSync(path.resolve(project.directory, variableSchema))) return [];
    const place = ['environments', name, 'variables', 'schema'];
    return [
      mistake(
        'GR1505',
        `There is no file ${variableSchema}.`,
        'Correct the path, or take it out.',
        keyPosition(tree, place),
        place,
      ),
    ];
  });
}
