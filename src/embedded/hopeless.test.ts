import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { hopeless } from './hopeless.ts';
import { homePaths } from './postgres-home.ts';

const dir = mkdtempSync(path.join(tmpdir(), 'hopeless-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function saidOf(log: string) {
  const home = homePaths(dir);
  writeFileSync(home.logFile, log);
  return hopeless(home, 5);
}

test('a PostgreSQL whose disk is full says that, and to free space', () => {
  const failure = saidOf(
    `[1] FATAL:  could not write to file "pg_wal/xlogtemp.1": No space left on device\n${'[2] LOG:  shutting down\n'.repeat(4)}`,
  );
  expect(failure).toMatchObject({ code: 'GR2808', where: path.join(dir, 'postgres.log') });
  expect(failure.message).toContain('its disk is full (no space left on device, ENOSPC). It said:');
  expect(failure.do).toContain(`Free space on the disk of ${dir}`);
  expect(failure.do).toContain('greenroom resume');
});

test('any other end is told by its log alone', () => {
  const failure = saidOf('[1] FATAL:  invalid value for parameter "work_mem"\n');
  expect(failure.message).toBe(
    'The embedded PostgreSQL ended 5 times right after its start. It said:\n[1] FATAL:  invalid value for parameter "work_mem"',
  );
  expect(failure.do).toContain('Read that log');
});
