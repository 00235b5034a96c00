import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FailureError } from '../domain/failure.ts';
import { withLock } from './supervised-lock.ts';

let root: string;
let path: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'greenroom-lock-'));
  path = join(root, 'lock');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));
const never = new AbortController().signal;

/** Another process that holds the lock for as long as it lives. */
async function holder() {
  const module = new URL('./supervised-lock.ts', import.meta.url).href;
  const script = `const { withLock } = await import(${JSON.stringify(module)});
    await withLock(${JSON.stringify(path)}, 1000, new AbortController().signal, () => {
      console.log('held');
      return new Promise((resolve) => setTimeout(resolve, 30_000));
    });`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  return child;
}

test('ten in one process act one after another, and an act that throws lets the next one in', async () => {
  let inside = 0;
  let most = 0;
  const act = async (index: number): Promise<number> => {
    inside += 1;
    most = Math.max(most, inside);
    await sleep(5);
    inside -= 1;
    if (index === 0) throw new Error('on purpose');
    return index;
  };
  const ended = await Promise.allSettled(
    Array.from({ length: 10 }, (_, index) => withLock(path, 10_000, never, () => act(index))),
  );
  expect(most).toBe(1);
  expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(9);
});

test('F005 held by another process it is refused after the patience, naming it; killed, it is free at once', async () => {
  const other = await holder();
  const refusal = await withLock(path, 50, never, async () => 'in').catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(FailureError);
  expect((refusal as FailureError).failures[0]).toMatchObject({
    code: 'GR6408',
    message: expect.stringContaining(`Process ${other.pid} `),
  });
  const waiting = withLock(path, 10_000, never, async () => 'in');
  await sleep(30);
  other.kill('SIGKILL');
  expect(await waiting).toBe('in');
  expect(readdirSync(root).toSorted()).toEqual(['lock', 'lock.holder']);
});

test('an abort ends the waiting with its reason', async () => {
  const other = await holder();
  const waiting = withLock(path, 10_000, AbortSignal.timeout(50), async () => 'in');
  await expect(waiting).rejects.toMatchObject({ name: 'TimeoutError' });
  other.kill('SIGKILL');
});
