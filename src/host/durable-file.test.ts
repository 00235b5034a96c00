import { fork } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { claimDurably, readIfThere, writeDurably, writeDurablySync } from './durable-file.ts';

let folder = '';
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'durable-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));
const text = (file: string): string => readFileSync(file, 'utf8');

test('replaces a file whole, for its owner only, and leaves nothing beside it', async () => {
  const file = join(folder, 'state.json');
  await writeDurably(file, 'old');
  await writeDurably(file, 'new');
  expect(text(file)).toBe('new');
  writeDurablySync(file, 'newer');
  expect(text(file)).toBe('newer');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['state.json']);
});

test('of many claims exactly one wins, and its text stands', async () => {
  const file = join(folder, 'claim');
  const won = await Promise.all(Array.from({ length: 20 }, (_, caller) => claimDurably(file, `caller ${caller}`)));
  expect(won.filter(Boolean)).toHaveLength(1);
  expect(text(file)).toBe(`caller ${won.indexOf(true)}`);
  expect(readdirSync(folder)).toEqual(['claim']);
});

test('a write that cannot take its name leaves no draft', async () => {
  const file = join(folder, 'missing', 'state');
  await expect(writeDurably(file, 'x')).rejects.toThrow('ENOENT');
  // A folder cannot be replaced by a file.
  await expect(writeDurably(folder, 'x')).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST|ENOTDIR/);
  expect(() => writeDurablySync(folder, 'x')).toThrow(/EISDIR|ENOTEMPTY|EEXIST|ENOTDIR/);
  expect(readdirSync(folder)).toEqual([]);
  expect(readdirSync(tmpdir()).filter((name) => name.startsWith(`${folder.split('/').at(-1)}.`))).toEqual([]);
});

test('a file that is not there is null, not an error', async () => {
  expect(await readIfThere(join(folder, 'none'))).toBeNull();
  await writeDurably(join(folder, 'some'), 'text');
  expect((await readIfThere(join(folder, 'some')))?.toString()).toBe('text');
});

test('a writer killed at any moment leaves the old text or the new one, never a part', async () => {
  const file = join(folder, 'state');
  const size = 400_000;
  await writeDurably(file, 'a'.repeat(size));
  for (let round = 0; round < 8; round += 1) {
    const writer = fork(join(import.meta.dirname, 'testing/endless-writer.ts'), [file, String(size)], { execArgv: [] });
    const ended = new Promise((resolve) => writer.once('exit', resolve));
    await new Promise((resolve) => writer.once('message', resolve));
    await sleep(3 + round * 4);
    writer.kill('SIGKILL');
    await ended;
    expect(text(file)).toMatch(/^(a+|b+)$/);
    expect(text(file)).toHaveLength(size);
  }
});
