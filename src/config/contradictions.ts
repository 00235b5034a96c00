import type { Failure } from '../domain/failure.ts';
import { mistake } from './catalogue.ts';
import { keyPosition, members, step, type Tree } from './tree.ts';

const scalar = (tree: Tree | undefined) => (tree?.kind === 'scalar' ? tree.value : undefined);

/** Fields that are right each for itself and wrong together. */
export const judgeContradictions = (root: Tree): readonly Failure[] => [
  ...judgeDatabases(root),
  ...judgePorts(root),
  ...judgeVariables(root),
  ...judgeDemands(root),
];

/** Values of a list, or the one that stands in its place. */
const scalars = (tree: Tree | undefined) => (tree?.kind === 'list' ? tree.items.map(scalar) : [scalar(tree)]);

/** A certificate that the environment before never makes would keep every release out. */
function judgeDemands(root: Tree): readonly Failure[] {
  const environments = step(root, 'environments');
  const written = step(root, 'path');
  const route = written ? scalars(written) : members(environments).map(([name]) => name);
  return members(environments).flatMap(([name, tree]) => {
    const demanded = step(step(tree, 'promotion'), 'require');
    if (!scalars(demanded).includes('rollback-certificate')) return [];
    const before = route[route.indexOf(name) - 1];
    if (typeof before === 'string' && scalar(step(step(environments, before), 'rehearse-rollback')) === true) return [];
    const path = ['environments', name, 'promotion', 'require'];
    return [
      mistake(
        'GR1206',
        typeof before === 'string'
          ? `"${name}" asks for a rollback certificate, and "${before}", which comes before it, does not rehearse.`
          : `"${name}" asks for a rollback certificate, and no environment comes before it.`,
        typeof before === 'string' ? `Add  rehearse-rollback: true  to "${before}".` : 'Take it out.',
        keyPosition(root, path),
        path,
      ),
    ];
  });
}

function judgeDatabases(root: Tree): readonly Failure[] {
  return members(step(root, 'databases')).flatMap(([name, tree]) => {
    if (tree.kind !== 'map') return [];
    const path = ['databases', name];
    const refuse = (message: string, remedy: string) =>
      mistake('GR1206', message, remedy, keyPosition(root, path), path);
    const embedded = scalar(step(tree, 'embedded')) === true;
    const url = step(tree, 'url') !== undefined;
    const failures: Failure[] = [];
    if (embedded && url)
      failures.push(refuse(`The database "${name}" is embedded and has a URL.`, 'Keep one of "embedded" and "url".'));
    if (!embedded && !url)
      failures.push(
        refuse(`The database "${name}" is nowhere.`, 'Add  url: ${DATABASE_URL}  for your own, or  embedded: true.'),
      );
    if (scalar(step(tree, 'forward-only')) === true && step(tree, 'back'))
      failures.push(
        refuse(`The database "${name}" is forward-only and has a way back.`, 'Keep one of "forward-only" and "back".'),
      );
    return failures;
  });
}

function judgePorts(root: Tree): readonly Failure[] {
  const services = members(step(root, 'services'));
  return members(step(root, 'environments')).flatMap(([environment, tree]) => {
    const holders = new Map<number, string>();
    return services.flatMap(([service, written]) => {
      const port = scalar(step(step(tree, 'ports'), service)) ?? scalar(step(written, 'port'));
      if (typeof port !== 'number') return [];
      const other = holders.get(port);
      holders.set(port, service);
      if (other === undefined) return [];
      const path = ['environments', environment, 'ports', service];
      return [
        mistake(
          'GR1311',
          `In "${environment}" both "${other}" and "${service}" would hold port ${port}.`,
          'Give one of them another port.',
          keyPosition(root, path),
          path,
        ),
      ];
    });
  });
}

/** The variable by which each database and cache is known, with the default filled in. */
export function variableOf(kind: 'databases' | 'caches', name: string, index: number): string {
  const suffix = kind === 'databases' ? 'DATABASE_URL' : 'REDIS_URL';
  return index === 0 ? suffix : `${name.toUpperCase().replaceAll('-', '_')}_${suffix}`;
}

function judgeVariables(root: Tree): readonly Failure[] {
  const holders = new Map<string, string>();
  return (['databases', 'caches'] as const).flatMap((kind) =>
    members(step(root, kind)).flatMap(([name, tree], index) => {
      const written = scalar(step(tree, 'variable'));
      const variable = typeof written === 'string' ? written : variableOf(kind, name, index);
      const other = holders.get(variable);
      holders.set(variable, name);
      const path = [kind, name, 'variable'];
      return other === undefined
        ? []
        : [
            mistake(
              'GR1206',
              `"${other}" and "${name}" are both known by the variable ${variable}.`,
              'Give one of them another "variable".',
              keyPosition(root, path),
              path,
            ),
          ];
    }),
  );
}
