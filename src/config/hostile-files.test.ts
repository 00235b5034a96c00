import { execFileSync } from 'node:child_process';
import { closeSync, ftruncateSync, openSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { findProjectFile, loadProject } from './load.ts';
import { folderOf } from './testing/folder.ts';
import { testRegistries } from './testing/plugs.ts';

const valid = readFileSync(path.join(import.meta.dirname, 'testing/valid.yaml'), 'utf8');

function refusal(content: string | Uint8Array): {
  readonly codes: string[];
  readonly text: string;
  readonly durationMs: number;
} {
  const file = path.join(folderOf({ 'greenroom.yaml': content }), 'greenroom.yaml');
  const beganAt = performance.now();
  const result = loadProject(file, testRegistries);
  const durationMs = performance.now() - beganAt;
  const failures = result.ok ? [] : result.failures;
  for (const failure of failures)
    expect(failure).toMatchObject({ code: expect.stringMatching(/^GR1\d{3}$/), do: expect.stringMatching(/\w/) });
  return { codes: failures.map((failure) => failure.code), text: JSON.stringify(failures), durationMs };
}

const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${[...'bcdefghi'].map((name, index) => `${name}: &${name} [${Array.from({ length: 9 }, () => `*${'abcdefgh'[index]}`).join(',')}]`).join('\n')}\n`;

it.each([
  ['F121 alias bomb', bomb, 'GR1007'],
  ['F121 alias of itself', 'a: &a [*a]\n', 'GR1007'],
  ['F121 flow nesting', `a: ${'['.repeat(50_000)}`, 'GR1006'],
  ['F121 block nesting', `${'- '.repeat(50_000)}a`, 'GR1006'],
  ['F121 key nesting', `${'? '.repeat(50_000)}a`, 'GR1006'],
  ['F122 duplicate key', `${valid}project: again\n`, 'GR1005'],
  ['F122 merge key', 'project: a\nservices:\n  b:\n    <<: { port: 1 }\n', 'GR1008'],
  ['F122 number in disguise', valid.replace('port: 3001', 'port: 0o17'), 'GR1011'],
  ['F122 exponent', valid.replace('port: 4001', 'port: 4e3'), 'GR1011'],
  ['complex key', '? [a, b]\n: c\n', 'GR1008'],
  ['tag', 'project: !!binary aGk=\n', 'GR1008'],
  ['unknown tag', 'project: !secret x\n', 'GR1005'],
  ['two documents', `${valid}---\nproject: b\n`, 'GR1005'],
  ['tab as indent', 'project: a\nservices:\n\tb: 1\n', 'GR1005'],
  ['open quote', 'project: "a\n', 'GR1005'],
  ['unknown alias', 'project: *nothing\n', 'GR1007'],
  ['empty file', '', 'GR1009'],
  ['only a comment', '# nothing\n', 'GR1009'],
  ['a list', '- a\n', 'GR1010'],
  ['a scalar', 'hello\n', 'GR1010'],
  ['binary', new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1]), 'GR1004'],
  ['not UTF-8', new Uint8Array([0x70, 0x3a, 0x20, 0xff, 0xfe, 0x41]), 'GR1004'],
  ['UTF-16', Buffer.from(`\ufeff${valid}`, 'utf16le'), 'GR1004'],
])('refuses %s', (_, content, code) => {
  const { codes, text, durationMs } = refusal(content);
  expect(codes).toContain(code);
  expect(text).not.toMatch(/\bat .*\.ts:\d+/);
  expect(durationMs).toBeLessThan(2_000);
});

it('reads CRLF, a byte order mark and anchors', () => {
  expect(refusal(`\ufeff${valid.replaceAll('\n', '\r\n')}`).codes).toEqual([]);
  expect(
    refusal(
      valid
        .replace('path: /health, within: 250ms', 'path: &h /health, within: 250ms')
        .replace('health: / }', 'health: *h }'),
    ).codes,
  ).toEqual([]);
});

it('never loads a file of 50 MB', () => {
  const file = path.join(folderOf({}), 'big.yaml');
  const descriptor = openSync(file, 'w');
  ftruncateSync(descriptor, 50 * 1024 * 1024);
  closeSync(descriptor);
  const before = process.memoryUsage().rss;
  const beganAt = performance.now();
  const result = loadProject(file, testRegistries);
  expect(performance.now() - beganAt).toBeLessThan(200);
  expect(process.memoryUsage().rss - before).toBeLessThan(20 * 1024 * 1024);
  expect(result).toMatchObject({
    ok: false,
    failures: [{ code: 'GR1003', message: expect.stringContaining('52,428,800') }],
  });
});

it('refuses what is not a file', () => {
  const folder = folderOf({ 'a.yaml': valid });
  symlinkSync(path.join(folder, 'loop'), path.join(folder, 'loop'));
  execFileSync('sh', ['-c', 'mkfifo "$0"', path.join(folder, 'pipe')]);
  const codeOf = (name: string) => {
    const result = loadProject(path.join(folder, name), testRegistries);
    return result.ok ? 'ok' : result.failures[0]?.code;
  };
  expect(codeOf('a.yaml')).toBe('ok');
  expect(codeOf('.')).toBe('GR1002');
  expect(codeOf('pipe')).toBe('GR1002');
  expect(codeOf('loop')).toBe('GR1002');
  expect(findProjectFile(path.join(folder, 'loop'))).toBe(path.join(folder, 'loop'));
  if (process.platform === 'linux') expect(codeOf('/../'.repeat(20) + 'proc/self/mem')).toBe('GR1002');
  expect(codeOf('missing.yaml')).toBe('GR1001');
  expect(codeOf('a.yaml/b')).toBe('GR1001');
});

const lines = valid.split('\n');
const fragment = fc.constantFrom(
  '[',
  '{',
  '}',
  ']',
  ':',
  '- ',
  '&a ',
  '*a',
  '"',
  "'",
  '\t',
  '  ',
  '|',
  '>',
  '#',
  '!x ',
  '<<: ',
  'null',
  '-1',
  '1e999',
  '__proto__: 1',
  '🙂',
  '\u0000',
  '---\n',
  '%YAML 1.1\n',
  'off',
  '${',
  'kind: http',
  ', ',
);
const mutation = fc.record({
  line: fc.nat(lines.length - 1),
  column: fc.nat(60),
  take: fc.nat(12),
  put: fc.oneof(fragment, fc.string({ maxLength: 6 })),
  swap: fc.nat(lines.length - 1),
  how: fc.constantFrom('edit', 'drop', 'double', 'swap'),
});

function mutate(
  text: readonly string[],
  { line, column, take, put, swap, how }: typeof mutation extends fc.Arbitrary<infer T> ? T : never,
): string[] {
  const next = [...text];
  const at = line % next.length;
  const seen = next[at] ?? '';
  if (how === 'drop') next.splice(at, 1);
  else if (how === 'double') next.splice(at, 0, seen);
  else if (how === 'swap') [next[at], next[swap % next.length]] = [next[swap % next.length] ?? '', seen];
  else next[at] = seen.slice(0, column) + put + seen.slice(column + take);
  return next.length > 0 ? next : [''];
}

it('answers every mutation of a valid file with a Result whose failures have a place and a remedy', () => {
  const folder = folderOf({ 'greenroom.yaml': valid });
  const file = path.join(folder, 'greenroom.yaml');
  let refused = 0;
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 4 }), (mutations) => {
      const text = mutations.reduce<string[]>(mutate, lines).join('\n');
      writeFileSync(file, text);
      const result = loadProject(file, testRegistries);
      if (result.ok) return;
      refused += 1;
      expect(result.failures.length).toBeGreaterThan(0);
      for (const failure of result.failures)
        expect(failure).toMatchObject({
          code: expect.stringMatching(/^GR1\d{3}$/),
          message: expect.any(String),
          do: expect.any(String),
        });
    }),
    { numRuns: 1_500 },
  );
  expect(refused).toBeGreaterThan(500);
});
