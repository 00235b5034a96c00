import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { claimKeeperLock, keeperOf } from './keeper-lock.ts';
import type { PostgresHome } from './postgres-home.ts';
import { openHome } from './postgres-home.ts';
import { bootId, ownIdentity, pidWorld } from '../host/process-identity.ts';

const program = fileURLToPath(new URL('testing/claim-lock.ts', import.meta.url));
let home: PostgresHome;

beforeEach(() => {
  home = openHome(mkdtempSync(path.join(os.tmpdir(), 'greenroom-lock-')));
});
afterEach(() => rmSync(home.dir, { recursive: true, force: true }));

function writeHolder(changes: object): string {
  const file = path.join(home.lockDir, '7');
  writeFileSync(file, JSON.stringify({ ...ownIdentity(), bootId: bootId(), pidWorld: pidWorld(), ...changes }));
  return file;
}

test('a living holder keeps it', () => {
  expect(claimKeeperLock(home)).not.toBeNull();
  expect(keeperOf(home)).toEqual(ownIdentity());
  expect(claimKeeperLock(home)).toBeNull();
});

test.each([
  ['whose pid another process has now', { startedTicks: '1' }],
  ['from before the machine was restarted', { bootId: 'an earlier one' }],
  ['that was not written to its end', { pid: undefined }],
])('a holder %s is passed, and its file removed', (_, changes) => {
  writeHolder(changes);
  expect(keeperOf(home)).toBeNull();
  expect(claimKeeperLock(home)?.file).toBe(path.join(home.lockDir, '8'));
  expect(readdirSync(home.lockDir)).toEqual(['8']);
});

test('a holder in another container counts while it touches its file', () => {
  const file = writeHolder({ pidWorld: 'pid:[1]', pid: 999_999_999 });
  expect(claimKeeperLock(home)).toBeNull();
  const longAgo = new Date(Date.now() - 60_000);
  utimesSync(file, longAgo, longAgo);
  expect(claimKeeperLock(home)).not.toBeNull();
});

test('of six processes that take over from a dead one, exactly one succeeds', async () => {
  writeHolder({ startedTicks: '1' });
  const beginAt = String(Date.now() + 1500);
  const claimers = Array.from({ length: 6 }, () =>
    spawn(process.execPath, [program, home.dir, beginAt], { stdio: ['pipe', 'pipe', 'inherit'] }),
  );
  const wins = await Promise.all(claimers.map(async (one) => Number(String((await once(one.stdout, 'data'))[0]))));
  for (const one of claimers) one.stdin.end();
  await Promise.all(claimers.map(async (one) => one.exitCode ?? once(one, 'exit')));
  expect(wins.sort()).toEqual([0, 0, 0, 0, 0, 1]);
});
