import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { openHome, tieToStore } from './home.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'greenroom-home-'));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a folder that can never be made is said, not waited for', async () => {
  await expect(openHome('/proc/nope/deeper', 'shop')).rejects.toMatchObject({ failures: [{ code: 'GR4313' }] });
});

test('a folder is of the project that made it, and of no other', async () => {
  const home = path.join(folder, 'deep/home');
  await Promise.all(Array.from({ length: 8 }, () => openHome(home, 'shop')));
  await openHome(home, 'shop');
  expect(existsSync(path.join(home, '.gitignore'))).toBe(true);
  await expect(openHome(home, 'club')).rejects.toThrow(/GR4312.*"shop", not of "club"/);
  writeFileSync(path.join(home, 'project'), 'club\n');
  await openHome(home, 'club');
  writeFileSync(path.join(home, 'project'), '');
  await openHome(home, 'shop');
  await expect(openHome(home, 'club')).rejects.toThrow(/GR4312/);
});

test('a folder that cannot be made says why', async () => {
  const file = path.join(folder, 'file');
  await openHome(folder, 'shop');
  writeFileSync(file, '');
  await expect(openHome(path.join(file, 'home'), 'shop')).rejects.toThrow(/GR4313.*ENOTDIR/);
});

test('a folder stays with the database that has its record', async () => {
  await openHome(folder, 'shop');
  await tieToStore(folder, 'one');
  await tieToStore(folder, 'one');
  await expect(tieToStore(folder, 'two')).rejects.toThrow(/GR4314/);
  rmSync(path.join(folder, 'store'));
  await tieToStore(folder, 'two');
});
