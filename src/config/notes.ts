import { existsSync } from 'node:fs';
import path from 'node:path';
import { formatDuration } from '../domain/duration.ts';
import type { Failure } from '../domain/failure.ts';
import type { Project } from '../domain/project.ts';
import { packagesAbove } from '../effects/artifact-beside.ts';
import { mistake } from './catalogue.ts';
import { laterInEnvironment, laterInProject, partsLater } from './later.ts';
import { pathText, type Path } from './position.ts';
import { keyPosition, members, step, type Tree } from './tree.ts';

/** Blocks that are kept and do nothing: a path, and what they are about. */
function declaredOnly(root: Tree): readonly { readonly path: Path; readonly meaning: string }[] {
  const among = (tree: Tree, base: Path, later: Readonly<Record<string, string>>) =>
    members(tree)
      .filter(([key]) => Object.hasOwn(later, key))
      .map(([key]) => ({ path: [...base, key], meaning: later[key]! }));
  const inEnvironments = members(step(root, 'environments')).flatMap(([name, tree]) => {
    const secrets = step(step(tree, 'variables'), 'secrets')
      ? [{ path: ['environments', name, 'variables', 'secrets'], meaning: 'provider of secrets' }]
      : [];
    return [...among(tree, ['environments', name], laterInEnvironment), ...secrets];
  });
  const inPhases = members(step(root, 'phases')).flatMap(([name, tree]) =>
    step(tree, 'manual') ? [{ path: ['phases', name, 'manual'], meaning: 'items people sign' }] : [],
  );
  const inServices = members(step(root, 'services')).flatMap(([name, tree]) =>
    step(tree, 'metrics')
      ? [{ path: ['services', name, 'metrics'], meaning: 'measured only by a check of kind "metrics"' }]
      : [],
  );
  const inParts = partsLater.flatMap(({ block, field, meaning }) =>
    members(step(root, block)).flatMap(([name, tree]) =>
      step(tree, field) ? [{ path: [block, name, field], meaning }] : [],
    ),
  );
  return [...among(root, [], laterInProject), ...inEnvironments, ...inPhases, ...inServices, ...inParts];
}

/** What is true and should be known although nothing is wrong: declared but not enforced, allowed but doubtful. */
export function notesOn(root: Tree, project: Project): readonly Failure[] {
  const later = declaredOnly(root).map(({ path: place, meaning }) =>
    mistake(
      'GR1901',
      `"${pathText(place)}" is declared but not enforced by this version (${meaning}).`,
      'Keep doing by hand what it asks for; it is kept in the record.',
      keyPosition(root, place),
      place,
    ),
  );
  return [
    ...later,
    ...besideThePath(root, project),
    ...missingFiles(root, project),
    ...longTimeouts(root, project),
    ...packagesBeside(project),
  ];
}

/** Node looks for packages in every folder above a program, so what is not in the tree is found beside it, with whatever bytes it has by then. */
function packagesBeside({ directory, artifact }: Project): readonly Failure[] {
  const tree = path.resolve(directory, artifact.directory);
  const isNode = [tree, directory].some((folder) => existsSync(path.join(folder, 'package.json')));
  const hasItsOwn = existsSync(path.join(tree, 'node_modules')) && !artifact.exclude.includes('node_modules');
  if (!isNode || hasItsOwn) return [];
  const [packages] = packagesAbove(path.join(directory, '.greenroom'));
  if (packages === undefined) return [];
  return [
    mistake(
      'GR1903',
      `The release has no packages of its own: its programs load those of ${packages}, which may be others by the time it runs in the next environment.`,
      `Let the folder of the release have its node_modules ("npm ci" in ${artifact.directory}), so that they are pinned with it.`,
    ),
  ];
}

function besideThePath(root: Tree, project: Project): readonly Failure[] {
  return project.environments
    .filter((environment) => !project.path.includes(environment.name))
    .map(({ name }) => {
      const place = ['environments', name];
      return mistake(
        'GR1902',
        `The environment "${name}" is not on the path: what a release proves there lets it in nowhere.`,
        'Add it to "path" if it should.',
        keyPosition(root, place),
        place,
      );
    });
}

/** Files of variables may live only on the machine that deploys, so their absence here is no mistake yet. */
function missingFiles(root: Tree, project: Project): readonly Failure[] {
  return project.environments.flatMap((environment) => {
    const place = ['environments', environment.name, 'variables'];
    return environment.variableFiles
      .filter((file) => !existsSync(path.resolve(project.directory, file)))
      .map((file) =>
        mistake(
          'GR1504',
          `The file of variables ${file} of "${environment.name}" is not here.`,
          'Write it before deploying from this machine.',
          keyPosition(root, place),
          place,
        ),
      );
  });
}

function longTimeouts(root: Tree, project: Project): readonly Failure[] {
  return project.phases.flatMap((phase) =>
    phase.checks
      .filter((check) => check.timeoutMs > phase.budgetMs)
      .map((check) => {
        const place = ['phases', phase.name, 'checks', check.name, 'timeout'];
        const message = `The time limit of "${check.name}" (${formatDuration(check.timeoutMs)}) is longer than its phase may take (${formatDuration(phase.budgetMs)}).`;
        return mistake(
          'GR1902',
          message,
          'Raise the budget of the phase, or lower the limit.',
          keyPosition(root, place),
          place,
        );
      }),
  );
}
