import { appendFile, mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFiles } from './files.ts';
import { createRedactor } from './redaction.ts';

const files = createFiles(createRedactor(['tr0ub4dor-and-3']));
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'greenroom-files-'));
});
afterEach(() => rm(folder, { recursive: true }));
const at = (name: string): string => path.join(folder, name);

async function linesOf(file: string, from = 0): Promise<{ told: string[]; bytes: number; lineCount: number } | null> {
  const told: string[] = [];
  const read = await files.lines(file, from, (line) => told.push(line));
  return read && { told, ...read };
}

describe('read', () => {
  test('keeps the first bytes, hides secrets, tells when it was written', async () => {
    await writeFile(at('a.txt'), 'key tr0ub4dor-and-3 rest');
    await utimes(at('a.txt'), 1_000, 2_000);
    expect(await files.read(at('a.txt'), 100)).toEqual({
      text: 'key *** rest',
      truncated: false,
      modifiedAt: 2_000_000,
    });
    expect(await files.read(at('a.txt'), 3)).toMatchObject({ text: 'key', truncated: true });
  });
  test('no file, or a folder, is null', async () => {
    expect(await files.read(at('none'), 10)).toBeNull();
    expect(await files.read(folder, 10)).toBeNull();
    expect(await files.read(at('none/below'), 10)).toBeNull();
  });
});

describe('find', () => {
  test('sorted, nested, without folders', async () => {
    await mkdir(at('reports/deep'), { recursive: true });
    for (const name of ['reports/b.xml', 'reports/a.xml', 'reports/deep/c.xml', 'reports/d.txt'])
      await writeFile(at(name), '');
    await mkdir(at('reports/folder.xml'));
    expect(await files.find(folder, 'reports/*.xml')).toEqual([at('reports/a.xml'), at('reports/b.xml')]);
    expect(await files.find(folder, '**/*.xml')).toHaveLength(3);
    expect(await files.find(at('nowhere'), '*.xml')).toEqual([]);
  });

  test('F120 links are not followed and no pattern leads out of the folder', async () => {
    const outside = await mkdtemp(path.join(tmpdir(), 'greenroom-outside-'));
    await writeFile(path.join(outside, 'x.xml'), 'private');
    await symlink(outside, at('linked'));
    await symlink(path.join(outside, 'x.xml'), at('x.xml'));
    expect(await files.find(folder, '**/*.xml')).toEqual([]);
    expect(await files.find(folder, 'linked/*.xml')).toEqual([]);
    expect(await files.find(folder, 'linked/x.xml')).toEqual([]);
    await expect(files.find(folder, '../*.xml')).rejects.toThrow('GR6612');
    await expect(files.find(folder, '/etc/*')).rejects.toThrow('GR6612');
    await rm(outside, { recursive: true });
  });
});

describe('lines of a growing file', () => {
  test('from an offset, the last one without a line end too', async () => {
    await writeFile(at('log'), 'before\n');
    await appendFile(at('log'), 'one\r\n\ntr0ub4dor-and-3 two');
    expect(await linesOf(at('log'), 7)).toEqual({ told: ['one', '', '*** two'], bytes: 25, lineCount: 3, cutCount: 0 });
    expect(await linesOf(at('log'), 32)).toEqual({ told: [], bytes: 0, lineCount: 0, cutCount: 0 });
    expect(await linesOf(at('none'), 0)).toBeNull();
  });
  test('a file that was cut shorter is read from its beginning', async () => {
    await writeFile(at('log'), 'new\n');
    expect(await linesOf(at('log'), 500)).toEqual({ told: ['new'], bytes: 4, lineCount: 1, cutCount: 0 });
  });
  test('F015 F117 a line of 30 MB is cut at 64 KiB, and counted; one of just 64 KiB is whole', async () => {
    await writeFile(at('log'), `${'x'.repeat(30_000_000)}\n${'y'.repeat(65_536)}\n`);
    const read = await linesOf(at('log'));
    expect(read?.told.map((line) => line.length)).toEqual([65_536, 65_536]);
    expect(read).toMatchObject({ bytes: 30_065_538, lineCount: 2, cutCount: 1 });
  });
  test('an abort ends the reading', async () => {
    await writeFile(at('log'), 'x\n'.repeat(1_000_000));
    await expect(files.lines(at('log'), 0, () => {}, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});

test('removing what is not there is no failure', async () => {
  await writeFile(at('a'), '');
  await files.remove(at('a'));
  await files.remove(at('a'));
  expect(await files.read(at('a'), 1)).toBeNull();
});
