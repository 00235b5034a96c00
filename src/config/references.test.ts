import path from 'node:path';
import { expect, it } from 'vitest';
import type { Environment } from '../domain/project.ts';
import { loadProject } from './load.ts';
import { namesReferred, resolveText, resolveVariables, type ReferenceSources } from './references.ts';
import { folderOf } from './testing/folder.ts';
import { testRegistries } from './testing/plugs.ts';
import { readSources } from './variable-files.ts';

const text = `project: shop
services: { app: { run: node app.js, port: 3000, health: /health } }
environments:
  staging: { variables: { files: [.env, .env.staging], values: { URL: "http://\${HOST}:\${PORT:-80}/", HOST: "\${HOST}.example", RAW: "$\${HOST}" } } }
`;
function environmentWith(values: Record<string, string> = {}): Environment {
  const loaded = loadProject(path.join(folderOf({ 'greenroom.yaml': text }), 'greenroom.yaml'), testRegistries);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failures));
  const environment = loaded.value.project.environments[0]!;
  return { ...environment, variables: { ...environment.variables, ...values } };
}
const none: ReferenceSources = { process: {}, files: [], readSecretFile: () => null };

it('looks among its own variables first, then at the process; a name of its own means what lies below', () => {
  const sources = {
    ...none,
    process: { HOST: 'outside', PORT: '' },
    files: [
      { path: '.env', values: { HOST: 'first', A: '1' } },
      { path: '.env.staging', values: { HOST: 'shop', A: '${PORT:-2}' } },
    ],
  };
  const { values, missing } = resolveVariables(environmentWith(), sources, { A: '${A}${A}' });
  expect(values).toEqual({ HOST: 'shop.example', URL: 'http://shop.example:80/', RAW: '${HOST}', A: '22' });
  expect(missing).toEqual([]);
  expect(resolveVariables(environmentWith(), { ...none, process: { HOST: 'outside' } }).values['HOST']).toBe(
    'outside.example',
  );
});

it('registers what is secret and nothing else', () => {
  const values = {
    DB: 'postgres://u:${DB_PASSWORD}@h/d',
    DB_PASSWORD: 'p%40ssword',
    STRIPE: 'secret://env/STRIPE',
    LEVEL: 'info',
    CERT: 'secret://file//run/cert',
    API_KEY: 'k-123456',
    COLOUR: 'banana',
  };
  const sources = {
    ...none,
    process: { STRIPE: 'sk-1', HOST: 'h' },
    readSecretFile: (file: string) => (file === '/run/cert' ? 'PEM\n' : null),
  };
  const resolved = resolveVariables(environmentWith(values), sources);
  expect(resolved.missing).toEqual([]);
  expect(resolved.values).toMatchObject({
    DB: 'postgres://u:p%40ssword@h/d',
    STRIPE: 'sk-1',
    CERT: 'PEM',
    COLOUR: 'banana',
  });
  expect([...resolved.secrets].toSorted()).toEqual([
    'PEM',
    'k-123456',
    'p%40ssword',
    'p@ssword',
    'postgres://u:p%40ssword@h/d',
    'sk-1',
  ]);
});

it('names what is missing, with a remedy and without values', () => {
  const values = { A: '${NOWHERE}', B: 'secret://env/GONE', C: 'secret://valt/x', D: '${E}', E: '${D}', OK: 'hunter2' };
  const { missing, values: resolved } = resolveVariables(environmentWith(values), {
    ...none,
    process: { HOST: 'h' },
    files: [{ path: '.env', values: null }],
  });
  expect(missing.map((failure) => failure.code)).toEqual(['GR1504', 'GR1501', 'GR1503', 'GR1503', 'GR1502']);
  expect(missing.every((failure) => failure.where === 'environment staging' || failure.where === undefined)).toBe(true);
  expect(JSON.stringify(missing)).not.toContain('hunter2');
  expect(Object.keys(resolved).toSorted()).toEqual(['HOST', 'OK', 'RAW', 'URL']);
});

it('F121 refuses variables that expand to more and more', () => {
  const values = Object.fromEntries(
    Array.from({ length: 30 }, (_, i) => [`V${i}`, i === 0 ? 'x'.repeat(100) : `\${V${i - 1}}`.repeat(10)]),
  );
  const { missing } = resolveVariables(environmentWith(values), { ...none, process: { HOST: 'h' } });
  expect(missing.some((failure) => failure.code === 'GR1502')).toBe(true);
});

it('resolves one text in the light of an environment', () => {
  const sources = { ...none, process: { HOST: 'h', DATABASE_URL: 'postgres://u:pw1234@h/d' } };
  expect(resolveText('${DATABASE_URL}', 'databases.main', environmentWith(), sources)).toEqual({
    value: 'postgres://u:pw1234@h/d',
    secrets: ['postgres://u:pw1234@h/d', 'pw1234'],
    missing: [],
  });
  expect(resolveText('${GONE}', 'databases.main', environmentWith(), sources)).toMatchObject({
    value: null,
    missing: [{ code: 'GR1501' }],
  });
  expect(namesReferred('${A} $${B} ${C:-d}')).toEqual(['A', 'C']);
});

it('reads the files of an environment', () => {
  const folder = folderOf({ '.env': 'A=1\nB="two words"\n', secret: 's3cret\n' });
  const sources = readSources(folder, environmentWith(), {});
  expect(sources.files).toEqual([
    { path: '.env', values: { A: '1', B: 'two words' } },
    { path: '.env.staging', values: null },
  ]);
  expect(sources.readSecretFile('secret')).toBe('s3cret\n');
});

it('says once why a variable has no value, and not that it is set nowhere', () => {
  const values = { PASSWORD: 'secret://env/GONE', URL: 'postgres://app:${PASSWORD}@db/app' };
  const { missing } = resolveVariables(environmentWith({ ...values, HOST: 'shop', PORT: '80' }), none);
  expect(missing.map(({ message }) => message)).toEqual(['PASSWORD needs the secret env/GONE, which is not there.']);
  const text = 'postgres://app:${PASSWORD}@127.0.0.1/app';
  const told = resolveText(text, 'databases.main.url', environmentWith({ ...values, HOST: 'shop' }), none);
  expect(told.missing.map(({ message }) => message)).toEqual(missing.map(({ message }) => message));
});
