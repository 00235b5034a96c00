import { createServer, type AddressInfo } from 'node:net';
import { describe, expect, test } from 'vitest';
import { ask, checkContract } from '../kinds/testing/check-contract.ts';
import { redis } from './redis.ts';
import { redisProgram, startRedis } from './testing/redis.ts';
import { afterThis, testContext } from './testing/world.ts';

const context = (url: string, disabled = false) => testContext({ caches: [{ name: 'sessions', url, disabled }] });

async function answering(reply: string | null): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', () => reply !== null && socket.write(reply));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterThis(() => server.close());
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

checkContract(redis, {
  testUrl: import.meta.url,
  good: async () => ({ config: { cache: 'sessions' }, context: context(await answering('+PONG\r\n')) }),
  dead: () => ({ config: {}, context: context('redis://127.0.0.1:1') }),
  slow: async () => ({ config: { within: '30s' }, context: context(await answering(null)) }),
});

describe('redis', () => {
  test('a cache declared disabled is skipped, without a look at its URL', async () => {
    expect(await ask(redis, { config: {}, context: context('', true) })).toMatchObject({
      outcome: 'skip',
      reason: 'The cache "sessions" is declared disabled here.',
    });
  });
  test('something else than a Redis fails with what it said', async () => {
    const judgement = await ask(redis, {
      config: {},
      context: context(await answering('-LOADING Redis is loading\r\n')),
    });
    expect(judgement).toMatchObject({ outcome: 'fail', reason: expect.stringContaining('LOADING Redis is loading') });
    expect(
      await ask(redis, { config: { within: '100ms' }, context: context(await answering('HTTP/1.1 400\r\n')) }),
    ).toMatchObject({ outcome: 'fail' });
  });
  test('no such cache, or no such URL, cannot be judged', async () => {
    expect(await ask(redis, { config: { cache: 'x' }, context: context('') })).toMatchObject({ outcome: 'error' });
    expect(await ask(redis, { config: {}, context: context('http://x') })).toMatchObject({ outcome: 'error' });
  });
});

describe.skipIf(redisProgram() === null)('a real Redis (needs redis-server)', () => {
  test('signs in with the password of the URL, on the database of the URL', async () => {
    const { port } = await startRedis('p@ss/w0rd:ü');
    const password = encodeURIComponent('p@ss/w0rd:ü');
    for (const [url, outcome] of [
      [`redis://:${password}@127.0.0.1:${port}`, 'pass'],
      [`redis://default:${password}@127.0.0.1:${port}/3`, 'pass'],
      [`redis://:wrong@127.0.0.1:${port}`, 'fail'],
      [`redis://127.0.0.1:${port}`, 'fail'],
      [`redis://:${password}@127.0.0.1:${port}/99999`, 'fail'],
    ] as const) {
      expect((await ask(redis, { config: {}, context: context(url) })).outcome, url).toBe(outcome);
    }
  });
});
