import { describe, expect, test } from 'vitest';
import { ask, checkContract } from '../kinds/testing/check-contract.ts';
import { ports } from './ports.ts';
import { freePort } from './testing/redis.ts';
import { serve, testContext } from './testing/world.ts';

const host = '127.0.0.1';
const asked = (name: string, port: number, heldByUs = false) => ({ name, host, port, heldByUs });

checkContract(ports, {
  testUrl: import.meta.url,
  good: async () => ({ config: {}, context: testContext({ ports: [asked('backend', await freePort())] }) }),
  dead: () => ({ config: {}, context: testContext() }),
});

describe('ports', () => {
  test('a port that somebody else holds fails and names who', async () => {
    const { port } = await serve(() => {});
    const judgement = await ask(ports, { config: {}, context: testContext({ ports: [asked('backend', port)] }) });
    expect(judgement).toMatchObject({ outcome: 'fail', cause: expect.stringContaining('Port conflict') });
    if (process.platform === 'linux') expect(judgement.reason).toContain(`(pid ${process.pid})`);
    expect(judgement.reason).toContain(`backend (127.0.0.1:${port}) is`);
  });

  test('the same port held by the project itself passes', async () => {
    const { port } = await serve(() => {});
    const context = testContext({ ports: [asked('backend', port, true)] });
    expect(await ask(ports, { config: {}, context })).toMatchObject({ outcome: 'pass' });
  });

  test('two services on one port fail, on every address too', async () => {
    const port = await freePort();
    const context = testContext({ ports: [asked('backend', port), { ...asked('frontend', port), host: '0.0.0.0' }] });
    const judgement = await ask(ports, { config: {}, context });
    expect(judgement).toMatchObject({
      outcome: 'fail',
      reason: expect.stringContaining('asked for twice, by frontend too'),
    });
  });

  test('further ports can be named', async () => {
    const { port } = await serve(() => {});
    expect(await ask(ports, { config: { ports: [await freePort()] }, context: testContext() })).toMatchObject({
      outcome: 'pass',
    });
    expect(await ask(ports, { config: { ports: [port] }, context: testContext() })).toMatchObject({ outcome: 'fail' });
  });
});
