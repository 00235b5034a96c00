import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { Failure } from '../domain/failure.ts';
import { findProjectFile, loadProject, type LoadedProject } from './load.ts';
import { folderOf } from './testing/folder.ts';
import { testRegistries } from './testing/plugs.ts';

const valid = readFileSync(path.join(import.meta.dirname, 'testing/valid.yaml'), 'utf8');
const load = (text: string, more: Record<string, string> = {}) =>
  loadProject(path.join(folderOf({ 'greenroom.yaml': text, ...more }), 'greenroom.yaml'), testRegistries);
function loaded(text: string, more: Record<string, string> = {}): LoadedProject {
  const result = load(text, more);
  if (!result.ok) throw new Error(JSON.stringify(result.failures, null, 1));
  return result.value;
}
function failures(text: string, more: Record<string, string> = {}): readonly Failure[] {
  const result = load(text, more);
  return result.ok ? [] : result.failures;
}
const places = (list: readonly Failure[]) =>
  list.map((one) => `${one.code} ${/:(\d+:\d+)/.exec(one.where ?? '')?.[1] ?? ''}`);
const edited = (from: string, to: string) => {
  expect(valid).toContain(from);
  return valid.replace(from, to);
};

it('fills in every default and keeps references unresolved', () => {
  const { project } = loaded(valid);
  expect(project.path).toEqual(['staging', 'production']);
  expect(project.services[0]).toMatchObject({
    run: ['node', 'server.js', '--name', 'a b'],
    drainMs: 30_000,
    critical: true,
  });
  expect(project.services[0]?.health).toEqual({
    path: '/health',
    withinMs: 250,
    startsInMs: 30_000,
    release: { from: 'header', name: 'x-release' },
    consecutive: 3,
  });
  expect(project.databases[0]).toMatchObject({
    source: { kind: 'url', url: '${DATABASE_URL}' },
    variable: 'DATABASE_URL',
    migrate: ['npm', 'run', 'migrate'],
    budgetMs: 120_000,
  });
  expect(project.environments[0]).toMatchObject({
    ports: { backend: 4101, frontend: 3001 },
    traffic: { kind: 'edge' },
    bake: { forMs: 60_000, everyMs: 5_000, rollBack: 'automatic' },
  });
  expect(project.environments[1]).toMatchObject({
    bake: { forMs: 86_400_000, rollBack: 'hold' },
    // oxlint-disable-next-line unicorn/no-thenable -- the word of the configuration, never awaited
    conditional: { then: 'hold', owner: 'ops' },
  });
  expect(project.phases.map((phase) => phase.name)).toEqual([
    'preflight',
    'infrastructure',
    'deployment',
    'health',
    'integration',
    'performance',
    'decision',
  ]);
  expect(project.artifact.exclude).toEqual(['.git', '.greenroom', '.env*']);
});

it('knows where every check stands and where it runs', () => {
  const health = loaded(valid).project.phases[3]!;
  expect(health.checks.map((check) => [check.name, check.where, check.timeoutMs, check.after])).toEqual([
    ['answers', 'greenroom.yaml:29:7', 60_000, []],
    ['again', 'greenroom.yaml:30:7', 60_000, ['answers']],
  ]);
  expect(loaded(edited('within: 300ms', 'within: 3m')).project.phases[3]!.checks[0]!.timeoutMs).toBe(195_000);
  const sql = loaded(edited(', in: [staging, production] }', ' }')).project.phases[0]!.checks[0]!;
  expect(sql).toMatchObject({
    in: ['staging'],
    timeoutMs: 30 * 60_000,
    config: { database: 'main', query: 'SELECT 1' },
  });
});

it('F122 keeps the text of variables that look like numbers or answers', () => {
  expect(loaded(valid).project.services[0]?.variables).toEqual({ LEVEL: '1e3', ANSWER: 'no', CODE: '007' });
});

it('says aloud what is declared and not enforced, and keeps it', () => {
  const { project, notes } = loaded(
    edited('decision: {', 'decision: { manual: { look: by hand },') + 'roles: { qa: [test] }\n',
  );
  expect(project.environments[0]?.about).toEqual({ approvals: { count: 2 } });
  expect(notes.map((note) => note.message)).toEqual([
    expect.stringContaining('"environments.staging.approvals" is declared but not enforced'),
    expect.stringContaining('"phases.decision.manual" is declared but not enforced'),
    expect.stringContaining('"roles" is declared but not enforced'),
  ]);
});

it('says aloud when packages are loaded from beside the release', () => {
  const notesOf = (files: Record<string, string>, artifact = '') => {
    const folder = folderOf({ 'greenroom.yaml': `${valid}${artifact}`, 'package.json': '{}', ...files });
    const result = loadProject(path.join(folder, 'greenroom.yaml'), testRegistries);
    return result.ok
      ? result.value.notes.map((note) => note.code).filter((code) => code === 'GR1903')
      : result.failures;
  };
  const packages = { 'node_modules/a/package.json': '{}' };
  expect(notesOf({})).toEqual([]);
  expect(notesOf(packages)).toEqual([]);
  expect(notesOf({ ...packages, 'dist/a.js': '' }, 'artifact: { directory: dist }\n')).toEqual(['GR1903']);
  expect(notesOf(packages, 'artifact: { exclude: [node_modules] }\n')).toEqual(['GR1903']);
  const own = { 'dist/package.json': '{}', 'dist/node_modules/a/package.json': '{}' };
  expect(notesOf({ ...packages, ...own }, 'artifact: { directory: dist }\n')).toEqual([]);
});

it('F188 tells ten mistakes at once, each with line, column and what to do', () => {
  const found = failures(`project: Shop
path: [staging, prodution]
services:
  backend:
    run: node server.js && echo hi
    port: "4001"
    health: { path: /health, within: 10 minutes }
    drian: 10s
databases:
  main: { embedded: true, url: "\${X}" }
environments:
  staging: { driver: proces, bake: { for: 1m, roll-back: automatik } }
  production: { ports: { backnd: 4001 } }
phases:
  health:
    checks:
      a: { kind: htpp }
      b: { kind: http, pth: /, after: [c] }
`);
  expect(places(found)).toEqual([
    'GR1204 1:10',
    'GR1301 2:17',
    'GR1204 5:10',
    'GR1203 6:11',
    'GR1204 7:38',
    'GR1201 8:5',
    'GR1206 10:3',
    'GR1101 12:22',
    'GR1204 12:58',
    'GR1302 13:26',
    'GR1103 17:18',
    'GR1202 18:7',
    'GR1201 18:24',
    'GR1304 18:40',
  ]);
  for (const failure of found) expect(failure.do?.length).toBeGreaterThan(5);
  const advice = found.map((failure) => failure.do).join('\n');
  for (const meant of ['production', 'drain', 'process', 'automatic', 'backend', 'http', 'path'])
    expect(advice).toContain(`Did you mean "${meant}"?`);
});

it.each(['public', 'idle'])(
  'a check has no target %s: before traffic moves only the new release is asked',
  (target) => {
    const found = failures(edited('path: /health, within: 300ms', `path: /health, target: ${target}`));
    expect(found).toMatchObject([{ code: 'GR1201', do: expect.stringContaining('"bake.probes"') }]);
    expect(found[0]?.message).toBe('"target" is not known in phases.health.checks.answers.');
  },
);

it.each([
  ['cannot be a name', edited('backend:\n', 'Back_end:\n'), 'GR1205'],
  ['is missing', edited('    port: 4001\n', ''), 'GR1202'],
  ['expected true or false', edited('blocking: false', 'blocking: no'), 'GR1203'],
  ['twice', edited('path: [staging, production]', 'path: [staging, staging]'), 'GR1310'],
  ['would hold port', edited('ports: { backend: 4101 }', 'ports: { backend: 3001 }'), 'GR1311'],
  ['waits for itself', edited('path: /health, within: 300ms', 'path: /health, after: again'), 'GR1404'],
  ['already', edited('again: { kind', 'database-answers: { kind'), 'GR1403'],
  ['comes after the decision', `${valid}  after: { budget: 1m }\n`, 'GR1401'],
  ['no environment', edited('path: /, after', 'path: /, not-in: [staging, production], after'), 'GR1405'],
  ['is nowhere', edited('url: "${DATABASE_URL}", ', ''), 'GR1206'],
  [
    'does not rehearse',
    edited('  production:\n', '  production:\n    promotion: { require: rollback-certificate }\n'),
    'GR1206',
  ],
  [
    'no environment comes before',
    edited('    bake: 1m\n', '    bake: 1m\n    promotion: { require: [rollback-certificate] }\n'),
    'GR1206',
  ],
  ['is no JSON path', edited('release: header X-Release', 'release: "$.["'), 'GR1204'],
  ['longer than 0s', edited('within: 250ms', 'within: 0s'), 'GR1204'],
  ['does not say its kind', edited('{ kind: process }', '{}'), 'GR1104'],
  [
    'cannot be called "plan": "greenroom refresh plan" is a command',
    edited('  production:', '  plan: {}\n  production:'),
    'GR1012',
  ],
  ['"__proto__" cannot be a key', edited('MODE: staging', '__proto__: { polluted: yes }'), 'GR1012'],
  ['cannot be a name', edited('sessions: { redis', 'constructor: { redis'), 'GR1205'],
  ['no database', edited('query: SELECT 1', 'query: SELECT 1, database: mian'), 'GR1303'],
])('refuses: %s', (message, text, code) => {
  const found = failures(text);
  expect(found.map((failure) => failure.code)).toContain(code);
  expect(found.map((failure) => failure.message).join('\n')).toContain(message);
  expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
});

it('takes a demand for a certificate where the environment before rehearses, and says nothing where neither is written', () => {
  const demand = '  production:\n    promotion: { require: rollback-certificate }\n';
  const [staging, production] = loaded(
    edited('  production:\n', demand).replace('    bake: 1m\n', '    bake: 1m\n    rehearse-rollback: true\n'),
  ).project.environments;
  expect([staging?.rehearseRollback, production?.promotion.require]).toEqual([true, ['rollback-certificate']]);
  const [plain] = loaded(valid).project.environments;
  expect([plain && 'rehearseRollback' in plain, plain && 'require' in plain.promotion]).toEqual([false, false]);
});

it('never shows a value that may be a secret', () => {
  const text = edited('"${DATABASE_URL}"', '[postgres://u:hunter2@h/d]')
    .replace('MODE: staging', 'API_TOKEN: [hunter2]')
    .replace('"${REDIS_URL}"', '{ a: hunter2 }');
  const found = failures(text);
  expect(found).toHaveLength(3);
  expect(JSON.stringify(found)).not.toContain('hunter2');
});

it('takes a folder for the greenroom.yaml in it', () => {
  const folder = folderOf({ 'greenroom.yml': valid });
  expect(findProjectFile(folder)).toBe(path.join(folder, 'greenroom.yml'));
  expect(findProjectFile(path.join(folder, 'x.yaml'))).toBe(path.join(folder, 'x.yaml'));
});
