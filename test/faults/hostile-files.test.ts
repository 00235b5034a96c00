// F121 Files that nobody means well with, handed to the command line: a clear failure with a place, no stack, nothing written.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { spawnSync } from 'node:child_process';

interface Told {
  readonly ok: boolean;
  readonly failures: readonly {
    readonly code: string;
    readonly message: string;
    readonly where?: string;
    readonly do?: string;
  }[];
}

const greenroom = path.resolve(import.meta.dirname, '../../bin/greenroom');
let folder = '';
beforeAll(() => void (folder = mkdtempSync(path.join(tmpdir(), 'hostile-'))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const head =
  'project: p\nservices: { web: { run: node s.mjs, port: 4001, health: /h } }\nenvironments: { staging: {} }\n';
const deep = (depth: number) => `a: ${'['.repeat(depth)}${']'.repeat(depth)}\n`;
const aliases = Array.from({ length: 12 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(12).fill(`*a${i}`).join(', ')}]`);

const files: readonly (readonly [string, string | Buffer, RegExp])[] = [
  ['an alias bomb', `a0: &a0 [x, x]\n${aliases.join('\n')}\n`, /:\d+:\d+/],
  ['50,000 nested lists', deep(50_000), /greenroom\.yaml/],
  ['50 MB', Buffer.alloc(50 * 1024 * 1024, 'a: b\n'), /greenroom\.yaml/],
  ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0x01, 0x80, 0x0a, 0x00]), /greenroom\.yaml/],
  ['a program', Buffer.concat([Buffer.from('\u007fELF\u0002\u0001\u0001'), Buffer.alloc(4_096)]), /greenroom\.yaml/],
  ['nothing', '', /greenroom\.yaml/],
  ['a list', '- a\n- b\n', /greenroom\.yaml/],
  ['the same key twice', `${head}project: q\n`, /:4:1/],
  ['a tag of a language', `${head}path: !!js/function 'process.exit(0)'\n`, /:4:\d+/],
  ['a prototype', `${head}__proto__: { polluted: true }\n`, /:4:\d+/],
  ['wrong types everywhere', 'project: [1]\nservices: 7\nenvironments: no\nphases: [x]\n', /:\d+:\d+/],
  ['an unknown plug', `${head}phases: { health: { checks: { a: { kind: htpp } } } }\n`, /:4:\d+/],
  ['an address of its own', 'extends: /etc/passwd\nproject: p\n', /:1:\d+/],
];

test.for(files)('F121 %s', { timeout: 60_000 }, ([name, content, place]) => {
  const project = path.join(folder, name.replaceAll(/\W+/g, '-'));
  mkdirSync(project);
  writeFileSync(path.join(project, 'greenroom.yaml'), content);
  const told = refused(project);
  const [first] = told.failures;
  expect(first!.code).toMatch(/^GR\d{4}$/);
  expect(first!.where ?? first!.message).toMatch(place);
  expect(readdirSync(project)).toEqual(['greenroom.yaml']);
});

test('F121 a file that is not there, a folder in its place, a pipe that never ends', { timeout: 60_000 }, () => {
  const empty = path.join(folder, 'empty');
  mkdirSync(empty);
  expect(refused(empty).failures[0]!.do).toContain('greenroom init');
  expect(readdirSync(empty)).toEqual([]);
  const inPlace = path.join(folder, 'in-place');
  mkdirSync(path.join(inPlace, 'greenroom.yaml'), { recursive: true });
  refused(inPlace);
  expect(readdirSync(path.join(inPlace, 'greenroom.yaml'))).toEqual([]);
  const pipe = path.join(folder, 'pipe.yaml');
  execFileSync('mkfifo', [pipe]);
  refused(pipe);
});

/** What both forms say of it; the one for people must hold the same, and no stack. */
function refused(project: string): Told {
  const run = (...more: readonly string[]) =>
    spawnSync(greenroom, ['validate', '--project', project, ...more], {
      encoding: 'utf8',
      timeout: 20_000,
      env: { ...process.env, NO_COLOR: '1', GREENROOM_DEBUG: '' },
    });
  const people = run();
  const programs = run('--json');
  expect([people.status, programs.status], people.stderr).toEqual([2, 2]);
  const told = JSON.parse(programs.stdout) as Told;
  expect(told.ok).toBe(false);
  expect(people.stdout).toBe('');
  expect(people.stderr + programs.stderr).not.toMatch(/\n\s+at .+:\d+:\d+|node_modules|GR9001/);
  expect(people.stderr.length).toBeLessThan(20_000);
  for (const failure of told.failures) {
    expect(failure.message).not.toBe('');
    expect(people.stderr).toContain(failure.code);
  }
  return told;
}
