import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { freePort } from '../../edge/testing/rig.ts';
import { docker, dockerProgram } from './testing/docker.ts';
import { ask, carryOut, openWorld, removeBase, teamFile, type World } from './testing/world.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const neverLetGo = (): Promise<void> => Promise.reject(new Error('there was nothing to let go of'));

describe.skipIf(dockerProgram() === null)('what was taken over is given back (needs docker)', () => {
  let world: World;
  afterEach(() => world.dispose());
  afterAll(removeBase);

  test('by the deployment that took it, once the port is free, and once only', async () => {
    const port = await freePort();
    const name = `web-${randomUUID().slice(0, 8)}`;
    const file = teamFile.replace('8080:3000', `127.0.0.1:${port}:3000`).replace('the-only-web', name);
    world = await openWorld({ file });
    const state = () => docker('inspect', '-f', '{{.State.Status}}', name);
    world.team('up', '-d', '--no-deps', 'web');
    const accepted = world.slot({ epoch: 1, config: { accept: ['take-over:web'] } });
    await carryOut('start', accepted);
    await expect.poll(state, { timeout: 60_000 }).toBe('exited');
    // Another deployment brings nothing back, and ends no proxy for it.
    await carryOut('stop', world.slot({ epoch: 2 }));
    const gone = { ...world.slot({ epoch: 3 }), operation: 'dep_other-9' };
    expect(await world.driver.giveBack!(gone, neverLetGo, AbortSignal.timeout(60_000))).toEqual([]);
    expect(state()).toBe('exited');
    const back = { ...world.slot({ epoch: 4 }), operation: accepted.operation };
    // As the proxy of Greenroom holds it after a cut-over.
    const proxy = createServer().listen(port, '127.0.0.1');
    await once(proxy, 'listening');
    const held = await world.driver.giveBack!(back, async () => {}, AbortSignal.timeout(60_000));
    expect(held).toMatchObject([{ service: 'web', ports: [port], toStart: `docker start ${name}` }]);
    expect(held[0]!.problem).toContain('address already in use');
    const letGo = () => new Promise<void>((resolve) => proxy.close(() => resolve()));
    const [given] = await world.driver.giveBack!(back, letGo, AbortSignal.timeout(60_000));
    expect(given).toMatchObject({ service: 'web', name: `container ${name}`, problem: null, since: held[0]!.since });
    expect(await ask({ host: '127.0.0.1', port })).toMatchObject({ version: 'one' });
    // Twice is once: it goes on running, and one that somebody removed is said to be gone.
    const { hits } = await ask({ host: '127.0.0.1', port });
    await world.driver.giveBack!(back, async () => {}, AbortSignal.timeout(60_000));
    expect(Number((await ask({ host: '127.0.0.1', port }))['hits'])).toBe(Number(hits) + 1);
    await expect(
      world.driver.giveBack!({ ...back, epoch: 3 }, neverLetGo, AbortSignal.timeout(60_000)),
    ).rejects.toThrow('GR6409');
    world.team('rm', '-sf', 'web');
    expect(await world.driver.giveBack!(back, async () => {}, AbortSignal.timeout(60_000))).toMatchObject([
      { problem: 'it was removed', toStart: `docker compose -p ${world.project} up -d web` },
    ]);
  });
});
