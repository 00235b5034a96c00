import type { Failure } from '../domain/failure.ts';
import { mistake, type ConfigurationCode } from './catalogue.ts';
import type { Path } from './position.ts';
import { shown } from './secrecy.ts';
import { useOneOf } from './suggestion.ts';
import { keyPosition, members, step, valuePosition, type Tree } from './tree.ts';

interface Named {
  readonly name: string;
  readonly path: Path;
}

/** Words that stand where a command takes an environment: `greenroom refresh plan` would never be told of one that is called so. */
export const wordsOfCommands: readonly string[] = ['plan'];

const judgeReserved = (root: Tree): readonly Failure[] =>
  members(step(root, 'environments'))
    .filter(([name]) => wordsOfCommands.includes(name))
    .map(([name]) => {
      const path = ['environments', name];
      const message = `An environment cannot be called "${name}": "greenroom refresh ${name}" is a command of its own.`;
      return mistake('GR1012', message, 'Choose another name.', keyPosition(root, path), path);
    });

/** Every name in the file that must be declared elsewhere in it. Reads what is written, so it works beside other mistakes. */
export function judgeNames(root: Tree): readonly Failure[] {
  const failures: Failure[] = [];
  const declared = (key: string) => members(step(root, key)).map(([name]) => name);
  const must = (
    code: ConfigurationCode,
    noun: string,
    known: readonly string[],
    used: readonly Named[],
    at = valuePosition,
  ) => {
    for (const { name, path } of used)
      if (!known.includes(name))
        failures.push(
          mistake(code, `There is no ${noun} ${shown(name, []) ?? ''}.`, useOneOf(name, known), at(root, path), path),
        );
  };
  const environments = declared('environments');
  const inEnvironments = (key: string, base: Path, tree: Tree) =>
    must('GR1301', 'environment', environments, texts(step(tree, key), [...base, key]));
  must('GR1301', 'environment', environments, texts(step(root, 'path'), ['path']));
  for (const [name, cache] of members(step(root, 'caches'))) inEnvironments('disabled-in', ['caches', name], cache);
  for (const [name, environment] of members(step(root, 'environments'))) {
    const ports = members(step(environment, 'ports')).map(([service]) => ({
      name: service,
      path: ['environments', name, 'ports', service],
    }));
    const ofProxies = members(step(step(environment, 'traffic'), 'proxies')).flatMap(([proxy, tree]) =>
      members(step(tree, 'ports')).map(([service]) => ({
        name: service,
        path: ['environments', name, 'traffic', 'proxies', proxy, 'ports', service],
      })),
    );
    const probes = members(step(step(environment, 'bake'), 'probes')).map(([service]) => ({
      name: service,
      path: ['environments', name, 'bake', 'probes', service],
    }));
    const latency = members(step(step(step(environment, 'bake'), 'objectives'), 'latency')).map(([service]) => ({
      name: service,
      path: ['environments', name, 'bake', 'objectives', 'latency', service],
    }));
    must('GR1302', 'service', declared('services'), [...ports, ...ofProxies, ...probes, ...latency], keyPosition);
  }
  for (const { path, tree } of checksOf(root)) {
    inEnvironments('in', path, tree);
    inEnvironments('not-in', path, tree);
    const uses = (key: string) => texts(step(tree, key), [...path, key]);
    must('GR1302', 'service', declared('services'), [...uses('service'), ...uses('services')]);
    must('GR1303', 'database', declared('databases'), uses('database'));
    must('GR1305', 'cache', declared('caches'), uses('cache'));
  }
  return [...failures, ...judgeReserved(root), ...judgePath(root), ...judgeChecks(root)];
}

/** `a` or `[a, b]` as names with their places; anything else has been refused by the shape. */
function texts(tree: Tree | undefined, path: Path): readonly Named[] {
  if (tree?.kind === 'scalar' && typeof tree.value === 'string') return [{ name: tree.value, path }];
  if (tree?.kind !== 'list') return [];
  return tree.items.flatMap((item, index) => texts(item.kind === 'list' ? undefined : item, [...path, index]));
}

interface WrittenCheck {
  readonly phase: string;
  readonly name: string;
  readonly path: Path;
  readonly tree: Tree;
}

const checksOf = (root: Tree): readonly WrittenCheck[] =>
  members(step(root, 'phases')).flatMap(([phase, tree]) =>
    members(step(tree, 'checks')).map(([name, check]) => ({
      phase,
      name,
      path: ['phases', phase, 'checks', name],
      tree: check,
    })),
  );

function judgePath(root: Tree): readonly Failure[] {
  const path = texts(step(root, 'path'), ['path']);
  const failures: Failure[] = [];
  path.forEach((stop, index) => {
    if (path.findIndex((other) => other.name === stop.name) < index)
      failures.push(
        mistake(
          'GR1310',
          `The path passes through "${stop.name}" twice.`,
          'Name each environment once.',
          valuePosition(root, stop.path),
          stop.path,
        ),
      );
  });
  return failures;
}

function judgeChecks(root: Tree): readonly Failure[] {
  const failures: Failure[] = [];
  const checks = checksOf(root);
  const first = new Map<string, WrittenCheck>();
  for (const check of checks) {
    const other = first.get(check.name);
    if (other)
      failures.push(
        mistake(
          'GR1403',
          `The phase "${other.phase}" has a check named "${check.name}" already.`,
          'Name one of them differently.',
          keyPosition(root, check.path),
          check.path,
        ),
      );
    else first.set(check.name, check);
    const sisters = checks.filter((one) => one.phase === check.phase && one.name !== check.name).map((one) => one.name);
    for (const { name, path } of texts(step(check.tree, 'after'), [...check.path, 'after']))
      if (!sisters.includes(name) && name !== check.name)
        failures.push(
          mistake(
            'GR1304',
            `There is no other check "${name}" in the phase "${check.phase}".`,
            useOneOf(name, sisters),
            valuePosition(root, path),
            path,
          ),
        );
  }
  return [...failures, ...judgeCircles(root, checks)];
}

/** Takes away, again and again, the checks that wait for none that is left; what remains waits in circles. */
function judgeCircles(root: Tree, checks: readonly WrittenCheck[]): readonly Failure[] {
  const key = (phase: string, name: string) => `${phase}\n${name}`;
  const known = new Set(checks.map((check) => key(check.phase, check.name)));
  const waits = new Map(
    checks.map((check) => {
      const after = texts(step(check.tree, 'after'), []).map((one) => key(check.phase, one.name));
      return [key(check.phase, check.name), after.filter((one) => known.has(one))] as const;
    }),
  );
  for (let before = -1; before !== waits.size;) {
    before = waits.size;
    for (const [name, after] of waits) if (!after.some((one) => waits.has(one))) waits.delete(name);
  }
  // Those that only wait for a circle are not part of it.
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
    (waits.get(from) ?? []).some(
      (next) => next === to || (!seen.has(next) && (seen.add(next), reaches(next, to, seen))),
    );
  const circle = checks.find(
    (check) =>
      waits.has(key(check.phase, check.name)) && reaches(key(check.phase, check.name), key(check.phase, check.name)),
  );
  if (!circle) return [];
  const path = [...circle.path, 'after'];
  return [
    mistake(
      'GR1404',
      `The check "${circle.name}" waits for itself, by way of "after".`,
      'Break the circle.',
      valuePosition(root, path),
      path,
    ),
  ];
}
