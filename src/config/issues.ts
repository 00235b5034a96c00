import type { z } from 'zod';
import type { Failure } from '../domain/failure.ts';
import type { Json } from '../domain/json.ts';
import { mistake } from './catalogue.ts';
import { pathText, type Path } from './position.ts';
import { knownKeys, schemaAt, typeText, valueAt, type SchemaNode } from './schema-node.ts';
import { shown } from './secrecy.ts';
import { useOneOf } from './suggestion.ts';
import { keyPosition, valuePosition, type Tree } from './tree.ts';

type Issue = z.core.$ZodIssue;

/** What an issue is told against: what was written, where, and what may be written. */
export interface Ground {
  readonly tree: Tree;
  readonly written: Json;
  /** The whole schema; asked only once something is wrong, because making it takes time. */
  schema(): SchemaNode;
}

/** Issues of zod below `base`, as failures that people read. */
export const tell = (ground: Ground, issues: readonly Issue[], base: Path = []): readonly Failure[] =>
  issues.flatMap((issue) => tellOne(ground, issue, base));

function tellOne(ground: Ground, issue: Issue, base: Path): readonly Failure[] {
  const path = [...base, ...issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key))];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => tellUnknownKey(ground, path, key));
    case 'invalid_union':
      return tellUnion(ground, issue, path);
    case 'invalid_key':
    case 'invalid_element':
      return [tellName(ground, path, issue.issues[0]?.message)];
    case 'invalid_type':
      return [tellType(ground, path)];
    case 'invalid_value':
      return [tellChoice(ground, path, issue.values.map(String))];
    default:
      return [tellValue(ground, path, issue)];
  }
}

function tellUnknownKey(ground: Ground, path: Path, key: string): Failure {
  const node = schemaAt(ground.schema(), path, ground.written);
  const known = node ? knownKeys(ground.schema(), node, valueAt(ground.written, path)) : [];
  const place = path.length === 0 ? 'at the top' : `in ${pathText(path)}`;
  const at = keyPosition(ground.tree, [...path, key]);
  const seen = shown(key, []) ?? 'A key';
  return mistake('GR1201', `${seen} is not known ${place}.`, misplaced(path, key) ?? useOneOf(key, known), at, [
    ...path,
    key,
  ]);
}

/** Keys that are right elsewhere. */
function misplaced(path: Path, key: string): string | null {
  if (key === 'traffic' && path.at(-1) === 'driver') return 'Write "traffic" beside "driver", not inside it.';
  if (path.at(-1) === 'variables' && path[0] === 'environments' && /^[A-Z]\w*$/.test(key))
    return `Write variables under "values": variables: { values: { ${key}: … } }.`;
  if (path[0] === 'phases' && path[2] === 'checks' && path.length === 4 && key === 'target')
    return 'Take it out: checks run before traffic moves and ask the new release; the public address still answers with the old one. What to ask through the public address afterwards stands in "bake.probes" of the environment.';
  return null;
}

/** Of several forms, the one that was meant: that whose own type fits what was written. */
function tellUnion(ground: Ground, issue: Issue & { code: 'invalid_union' }, path: Path): readonly Failure[] {
  const about = (branch: readonly Issue[]) =>
    branch.some(
      (one) =>
        one.path.length === 0 &&
        (one.code === 'invalid_type' || one.code === 'invalid_value' || one.code === 'invalid_union'),
    );
  const fitting = issue.errors.filter((branch) => !about(branch)).toSorted((a, b) => a.length - b.length);
  if (fitting[0]) return tell(ground, fitting[0], path);
  const choices = issue.errors.flatMap((branch) =>
    branch.flatMap((one) => (one.code === 'invalid_value' ? one.values.map(String) : [])),
  );
  const written = valueAt(ground.written, path);
  if (
    choices.length > 0 &&
    typeof written === 'string' &&
    issue.errors.every((branch) => branch.every((one) => one.code !== 'invalid_type' || one.expected !== 'string'))
  )
    return [tellChoice(ground, path, choices)];
  return [tellType(ground, path)];
}

function tellName(ground: Ground, path: Path, message: string | undefined): Failure {
  const expected = message?.startsWith('expected ') ? message.slice('expected '.length) : 'another name';
  const remedy = `Give it ${expected}.`;
  return mistake(
    'GR1205',
    `${shown(String(path.at(-1)), []) ?? 'This'} cannot be a name here.`,
    remedy,
    keyPosition(ground.tree, path),
    path,
  );
}

function tellType(ground: Ground, path: Path): Failure {
  const written = valueAt(ground.written, path);
  const root = ground.schema();
  const node = schemaAt(root, path, ground.written);
  const expected = node ? typeText(root, node) : 'something else';
  if (written === undefined) {
    const meaning = node?.description ? ` ${node.description}` : '';
    const message = `"${String(path.at(-1))}" is missing.`;
    return mistake(
      'GR1202',
      message,
      `Add it (${expected}).${meaning}`,
      keyPosition(ground.tree, path.slice(0, -1)),
      path,
    );
  }
  const seen = shown(written, path) ?? 'a value of the wrong type';
  const remedy = spelling(written, expected) ?? `Write ${withArticle(expected)} here.`;
  return mistake(
    'GR1203',
    `${pathText(path) || 'The file'} is ${seen}; expected ${withArticle(expected)}.`,
    remedy,
    valuePosition(ground.tree, path),
    path,
  );
}

/** A value that is nearly right: quoted digits, or a yes of YAML 1.1. */
function spelling(written: Json, expected: string): string | null {
  if (typeof written !== 'string') return null;
  if (/^\d+$/.test(written) && expected.includes('number')) return 'Write it without quotes.';
  const isAnswer = /^(yes|no|on|off|y|n)$/i.test(written) && expected.includes('true or false');
  return isAnswer ? `Write ${/^(yes|on|y)$/i.test(written) ? 'true' : 'false'}.` : null;
}

const withArticle = (type: string): string => (/^(text|true|`|anything|nothing)/.test(type) ? type : `a ${type}`);

function tellChoice(ground: Ground, path: Path, choices: readonly string[]): Failure {
  const written = valueAt(ground.written, path);
  if (written === undefined) return tellType(ground, path);
  const seen = shown(written, path) ?? 'a value';
  return mistake(
    'GR1204',
    `${pathText(path)} is ${seen}.`,
    useOneOf(String(written), choices),
    valuePosition(ground.tree, path),
    path,
  );
}

function tellValue(ground: Ground, path: Path, issue: Issue): Failure {
  const written = valueAt(ground.written, path);
  const seen = shown(written, path);
  const expected = expectation(issue);
  const isGroup = written !== null && typeof written === 'object';
  const value = isGroup ? '' : seen === null ? ' is not allowed' : ` is ${seen}`;
  return mistake(
    'GR1204',
    `${pathText(path) || 'The file'}${value}: ${expected}.`,
    remedyFor(expected),
    valuePosition(ground.tree, path),
    path,
  );
}

function expectation(issue: Issue): string {
  if (issue.code === 'too_small') return `expected ${amount(issue.origin, 'at least', String(issue.minimum))}`;
  if (issue.code === 'too_big') return `expected ${amount(issue.origin, 'at most', String(issue.maximum))}`;
  // A message repeats what was written after ", not"; the sentence around it shows it already, or must not.
  return issue.message.replace(/, not ".*"$/s, '').replace(/\.$/, '');
}

function amount(origin: string, bound: string, limit: string): string {
  if (origin === 'string') return `text of ${bound} ${limit} characters`;
  return origin === 'array' ? `a list of ${bound} ${limit}` : `a number of ${bound} ${limit}`;
}

function remedyFor(expected: string): string {
  const wanted = /^expected (.*)$/s.exec(expected)?.[1];
  return wanted ? `Write ${wanted}.` : 'Correct the value.';
}
