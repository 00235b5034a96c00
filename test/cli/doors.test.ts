// What the command line says before anything is deployed: help, completion, first steps, and the mistakes of somebody new.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { samples } from '../rig/playground.ts';

vi.setConfig({ testTimeout: 60_000 });
const program = path.resolve(import.meta.dirname, '../../bin/greenroom');
const commands =
  'init validate doctor explain release plan apply deploy promote rollback accept cancel stop resume watch status history why report completion';

let folder = '';
beforeAll(() => void (folder = mkdtempSync(path.join(tmpdir(), 'doors-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function greenroom(argv: readonly string[], variables: Record<string, string> = {}, cwd = folder) {
  const { GITHUB_ACTIONS: _, FORCE_COLOR: __, NO_COLOR: ___, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(program, argv, { cwd, encoding: 'utf8', env: { ...env, ...variables } });
  return { code: status, stdout, stderr };
}
const json = (argv: readonly string[], code = 0): Record<string, unknown> => {
  const ended = greenroom([...argv, '--json']);
  expect(ended.code, ended.stderr).toBe(code);
  expect(ended.stderr).toBe('');
  return JSON.parse(ended.stdout) as Record<string, unknown>;
};

test('help names every command, and every command has help', () => {
  const help = greenroom(['--help']);
  expect(help.code).toBe(0);
  for (const name of commands.split(' ')) expect(help.stdout).toMatch(new RegExp(`^  ${name}[ |]`, 'm'));
  for (const name of ['deploy', 'rollback', 'report'])
    expect(greenroom([name, '--help'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`greenroom ${name}`),
    });
  expect(greenroom(['--version'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) });
});

test.for([
  [['deplyo', 'staging'], 'deploy'],
  [['deploy', 'staging', '--supercede'], '--supersede'],
  [['deploy'], 'environment'],
  [['report', '--format', 'pdf'], 'md, html, json'],
  [['completion', 'tcsh'], 'bash, zsh, fish'],
  [['resume', '--retry', '--continue'], '--continue'],
] as const)('$0 is a wrong call: 2, and what was meant', ([argv, meant]) => {
  const { code, stdout, stderr } = greenroom(argv);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain(meant);
});

test.for([
  [['deploy'], 'environment'],
  [['bogus'], 'bogus'],
  [['deplyo', 'staging'], 'deploy'],
  [['deploy', 'staging', '--supercede'], '--supersede'],
  [['report', '--format', 'pdf'], 'md, html, json'],
  [['resume', '--retry', '--continue'], '--continue'],
  [[], 'no command'],
] as const)('with --json, $0 is one document on standard output, and nothing else', ([argv, meant]) => {
  expect(json(argv, 2)).toEqual({
    ok: false,
    failures: [{ code: 'GR8102', message: expect.stringContaining(meant), do: expect.any(String) }],
  });
});

test('with --json, version and help are documents too', () => {
  expect(json(['--version'], 0)).toEqual({ ok: true, version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
  expect(json(['deploy', '--help'], 0)).toEqual({ ok: true, help: expect.stringContaining('greenroom deploy') });
});

test.for(['status', 'validate', 'history', 'plan staging', 'deploy staging', 'rollback staging', 'explain services'])(
  'outside of a project, "%s" says so and what to do, and makes nothing',
  (line) => {
    const empty = mkdtempSync(path.join(folder, 'empty-'));
    const { code, stderr } = greenroom(line.split(' '), {}, empty);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^GR\d{4} {2}.+/);
    expect(stderr).toContain('greenroom init');
    expect(readdirSync(empty)).toEqual([]);
  },
);

test('a first file is written once, is good, and is never overwritten', () => {
  const project = path.join(folder, 'first');
  cpSync(samples.medianest, project, { recursive: true, filter: (file) => !file.endsWith('.greenroom') });
  rmSync(path.join(project, 'greenroom.yaml'));
  const shown = greenroom(['init', '--dry-run'], {}, project);
  expect(shown.code).toBe(0);
  expect(readdirSync(project)).not.toContain('greenroom.yaml');
  const written = greenroom(['init', '--json'], {}, project);
  expect(written.code, written.stderr).toBe(0);
  expect(JSON.parse(written.stdout)).toMatchObject({ ok: true, file: path.join(project, 'greenroom.yaml') });
  const text = readFileSync(path.join(project, 'greenroom.yaml'), 'utf8');
  expect(shown.stdout.trim()).toBe(text.trim());
  expect(greenroom(['validate'], {}, project)).toMatchObject({ code: 0 });
  const again = greenroom(['init'], {}, project);
  expect(again.code).toBe(2);
  expect(again.stderr).toMatch(/^GR\d{4}/);
  expect(readFileSync(path.join(project, 'greenroom.yaml'), 'utf8')).toBe(text);
});

test('a project is found by folder and by file, and explained', () => {
  const file = path.join(samples.tiny, 'greenroom.yaml');
  for (const place of [samples.tiny, file])
    expect(json(['validate', '--project', place])).toMatchObject({
      ...{ ok: true, project: 'tiny', path: ['staging', 'production'], checks: 1 },
    });
  const field = json(['explain', 'services.web.health.within', '--project', file]);
  expect(field).toMatchObject({
    ok: true,
    path: 'services.web.health.within',
    from: expect.stringMatching(/greenroom\.yaml:\d+/),
  });
  const people = greenroom(['explain', 'services.web.health.within', '--project', file]);
  for (const each of [field['path'], field['meaning'], field['value'], field['from']])
    expect(people.stdout).toContain(each);
  const unknown = json(['explain', 'services.web.helth', '--project', file], 2);
  expect(JSON.stringify(unknown)).toContain('health');
});

test('colour only where it is wanted', () => {
  const escape = '\u001B[';
  const validate = ['validate', '--project', samples.tiny];
  expect(greenroom(validate).stdout).not.toContain(escape);
  expect(greenroom(validate, { FORCE_COLOR: '1' }).stdout).toContain(escape);
  expect(greenroom(validate, { FORCE_COLOR: '1', NO_COLOR: '1' }).stdout).not.toContain(escape);
  expect(greenroom([...validate, '--json'], { FORCE_COLOR: '1' }).stdout).not.toContain(escape);
});

test('every shell gets a completion that asks the program; with --json a document', () => {
  for (const shell of ['bash', 'zsh', 'fish']) {
    const { code, stdout } = greenroom(['completion', shell]);
    expect(code).toBe(0);
    expect(stdout).toContain('greenroom completion --words');
    expect(json(['completion', shell])).toEqual({ ok: true, shell, script: stdout });
  }
});

test.for([
  ['dep', ['deploy']],
  ['deploy ', ['staging', 'production']],
  ['deploy st', ['staging']],
  ['deploy --json ', ['staging', 'production']],
  ['deploy --release 1.0.0 p', ['production']],
  ['deploy staging --sup', ['--supersede']],
  ['accept 1 --environment s', ['staging']],
  ['status p', ['production']],
  ['cancel staging --no', ['--no-wait']],
  ['maintenance o', ['on', 'off']],
  ['maintenance on p', ['production']],
  ['report --format h', ['html']],
  ['completion b', ['bash']],
] as const)('bash completes "%s"', ([typed, expected]) => {
  const words = ['greenroom', ...typed.split(' ')];
  const script = `${greenroom(['completion', 'bash']).stdout}
greenroom() { "$PROGRAM" "$@"; }
COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
_greenroom; printf '%s\\n' "\${COMPREPLY[@]}"; complete -p greenroom >&2`;
  const env = { ...process.env, PROGRAM: program };
  const done = spawnSync('bash', ['--norc', '-c', script], { cwd: samples.tiny, encoding: 'utf8', env });
  expect(done.stderr).toBe('complete -o default -F _greenroom greenroom\n');
  expect(done.stdout.trimEnd().split('\n')).toEqual(expected);
});

test('a broken greenroom.yaml gives no words and no noise', () => {
  mkdirSync(path.join(folder, 'broken'));
  writeFileSync(path.join(folder, 'broken', 'greenroom.yaml'), 'environments: [\n');
  for (const words of [
    ['deploy', ''],
    ['--project', 'broken', 'deploy', ''],
  ])
    expect(greenroom(['completion', '--words', ...words])).toEqual({ code: 0, stdout: '', stderr: '' });
});

test.for([
  ['completion', 'bash'],
  ['explain', '--project', samples.tiny],
])('a reader that leaves early, as "head" does, breaks nothing: %s', (argv) => {
  const piped = spawnSync('bash', ['-c', `"$0" "$@" | true; exit \${PIPESTATUS[0]}`, program, ...argv], {
    encoding: 'utf8',
  });
  expect([piped.status, piped.stderr]).toEqual([0, '']);
});

test('a folder that is not there, and one that holds no project', () => {
  expect(greenroom(['validate', '--project', path.join(folder, 'nowhere')])).toMatchObject({ code: 2 });
  mkdirSync(path.join(folder, 'hollow'));
  const failures = json(['validate', '--project', path.join(folder, 'hollow')], 2);
  expect(failures).toMatchObject({
    ok: false,
    failures: [{ code: expect.stringMatching(/^GR/), do: expect.any(String) }],
  });
});
