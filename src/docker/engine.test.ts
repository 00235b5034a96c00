import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FailureError } from '../domain/failure.ts';
import { openEngine } from './engine.ts';

// Daemons of other ages than the one of this machine: only what they say of their versions is played.
let directory: string;
let server: Server;
let asked: string[];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'engine-'));
  asked = [];
});
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(directory, { recursive: true, force: true });
});

async function daemon(said: object | string): Promise<string> {
  const path = join(directory, 'docker.sock');
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    response.end(request.url === '/version' ? JSON.stringify(said) : 'OK');
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
}
const codeOf = (act: Promise<unknown>) =>
  act.then(
    () => 'no failure',
    (error: unknown) => (error instanceof FailureError ? error.failures[0]?.code : error),
  );

test.each([
  ['an older daemon is spoken to in its own version', { ApiVersion: '1.41', MinAPIVersion: '1.12' }, '/v1.41/info'],
  ['a newer one in ours', { ApiVersion: '1.52', MinAPIVersion: '1.44' }, '/v1.44/info'],
  ['versions are numbers, not text', { ApiVersion: '1.9', MinAPIVersion: '1.9' }, null],
  ['one that has forgotten ours is said', { ApiVersion: '1.60', MinAPIVersion: '1.50' }, null],
])('%s', async (_, said, path) => {
  const engine = openEngine(await daemon(said));
  const code = await codeOf(engine.call('GET', '/info'));
  expect([code, asked.at(-1)]).toEqual(path === null ? ['GR6440', '/version'] : ['no failure', path]);
});

test('its version is asked once for every door to it, and again when nobody had answered', async () => {
  const path = join(directory, 'docker.sock');
  expect(await codeOf(openEngine(path).call('GET', '/info'))).toBe('GR6440');
  await daemon({ ApiVersion: '1.41', MinAPIVersion: '1.12' });
  expect(await openEngine(path).call('GET', '/info')).toEqual({ status: 200, body: 'OK' });
  await openEngine(path).call('GET', '/info');
  expect(asked).toEqual(['/version', '/v1.41/info', '/v1.41/info']);
});

test('another daemon behind the socket is spoken to in its own version: at once when the first was missed, or a minute later', async () => {
  let elapsedMs = 0;
  const path = await daemon({ ApiVersion: '1.41', MinAPIVersion: '1.12' });
  const engine = openEngine(path, () => elapsedMs);
  const replaceBy = async (said: object): Promise<void> => {
    await new Promise((resolve) => server.close(resolve));
    await daemon(said);
  };
  await engine.call('GET', '/info');
  await replaceBy({ ApiVersion: '1.40', MinAPIVersion: '1.12' });
  elapsedMs = 59_000;
  await engine.call('GET', '/info');
  elapsedMs = 61_000;
  await engine.call('GET', '/info');
  await new Promise((resolve) => server.close(resolve));
  expect(await codeOf(engine.call('GET', '/info'))).toBe('GR6440');
  await daemon({ ApiVersion: '1.39', MinAPIVersion: '1.12' });
  await engine.call('GET', '/info');
  expect(asked.filter((each) => each !== '/version')).toEqual([
    '/v1.41/info',
    '/v1.41/info',
    '/v1.40/info',
    '/v1.39/info',
  ]);
});

test('what is no Docker daemon is said', async () => {
  const engine = openEngine(await daemon('hello'));
  expect(await codeOf(engine.call('GET', '/info'))).toBe('GR6440');
});
