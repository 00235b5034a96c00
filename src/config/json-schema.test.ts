import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { editorSchema, fullSchema } from './json-schema.ts';
import { reservedFields } from './plugs.ts';
import { referenceFiles } from './reference-files.ts';
import { forms, isEndless, schemaAt, typeText, type SchemaNode } from './schema-node.ts';
import { testRegistries } from './testing/plugs.ts';

const root = fullSchema(testRegistries);

/** Every object that a `$ref` points to, and every reference that points nowhere. */
function references(node: unknown, found = new Set<string>()): Set<string> {
  if (node !== null && typeof node === 'object') {
    for (const [key, value] of Object.entries(node)) {
      if (key === '$ref' && typeof value === 'string') found.add(value);
      else references(value, found);
    }
  }
  return found;
}

it('is JSON Schema 2020-12 without a reference into nothing', () => {
  expect(root.$schema).toBe('https://json-schema.org/draft/2020-12/schema');
  const there = Object.keys(root.$defs ?? {}).map((name) => `#/$defs/${name}`);
  expect([...references(root)].toSorted()).toEqual(there.toSorted());
  expect(there).toEqual(expect.arrayContaining(['#/$defs/check', '#/$defs/driver', '#/$defs/traffic']));
  expect(root.additionalProperties).toBe(false);
});

it('has the fields of every plug beside those of every check', () => {
  const kinds = forms(root, root.$defs!['check']!).filter((form) => form.properties);
  expect(kinds.map((form) => form.properties?.['kind']?.const)).toEqual([...testRegistries.checks.keys()].toSorted());
  for (const form of kinds) {
    expect(Object.keys(form.properties ?? {})).toEqual(expect.arrayContaining([...reservedFields]));
    expect(form.additionalProperties).toBe(false);
  }
});

it('says defaults as they would be written', () => {
  const at = (...path: string[]) => schemaAt(root, path, { phases: { p: { checks: { c: { kind: 'http' } } } } });
  expect(at('phases', 'p', 'checks', 'c', 'within')?.default).toBe('500ms');
  expect(at('services', 'x', 'drain')).toMatchObject({ default: '30s', format: 'duration' });
  expect(typeText(root, at('services', 'x', 'run') as SchemaNode)).toBe('text or list of text');
});

it('explains every field it knows', () => {
  const silent: string[] = [];
  const look = (node: SchemaNode, path: string) => {
    if (isEndless(root, node)) return;
    for (const form of forms(root, node))
      for (const [key, child] of Object.entries(form.properties ?? {})) {
        const whole = child.$ref ? root.$defs?.[child.$ref.slice('#/$defs/'.length)] : child;
        if (!whole?.description && key !== 'kind') silent.push(`${path}.${key}`);
        look(child, `${path}.${key}`);
        if (typeof child.additionalProperties === 'object') look(child.additionalProperties, `${path}.${key}.*`);
      }
  };
  look(root, '');
  expect(silent.filter((path) => !path.includes('.checks.'))).toEqual([]);
});

it('draws a reference page with a section for each check', () => {
  const files = referenceFiles(testRegistries);
  const checks = files.get('docs/reference/checks.md') ?? '';
  for (const kind of testRegistries.checks.keys()) expect(checks).toContain(`\n## ${kind}\n`);
  expect(checks).toContain('| `within` | duration | `500ms` | Time limit of the answer. |');
  expect(files.get('docs/reference/configuration.md')).toContain(
    '| `services.<name>.health.within` | duration | `500ms` |',
  );
  expect(JSON.parse(files.get('schema/greenroom.schema.json') ?? '')).toEqual(editorSchema(testRegistries));
});

it('lets an editor accept the good file and refuse the bad ones', () => {
  const editor = z.fromJSONSchema(JSON.parse(JSON.stringify(editorSchema(testRegistries))));
  const good = readFileSync(path.join(import.meta.dirname, 'testing/valid.yaml'), 'utf8');
  const accepts = (text: string) => editor.safeParse(parse(text)).success;
  expect(accepts(good)).toBe(true);
  const bad = [
    ['port: 3001', 'port: "many"'],
    ['kind: sql', 'kind: sqll'],
    ['bake: 1m', 'bake: PT1M'],
    ['within: 300ms', 'wihtin: 300ms'],
    ['bake: 1m', 'bkae: 1m'],
    ['kind: process', 'kind: proces'],
    ['project: shop\n', ''],
    ['query: SELECT 1, ', ''],
  ] as const;
  for (const [from, to] of bad) {
    expect(good).toContain(from);
    expect([from, accepts(good.replace(from, to))]).toEqual([from, false]);
  }
});
