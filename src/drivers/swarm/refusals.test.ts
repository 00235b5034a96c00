import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { noSwarm, openSwarm, type Swarm } from '../../../test/rig/swarm.ts';
import { until } from '../../../test/rig/tiny.ts';
import { failuresOf } from '../compose/testing/world.ts';
import { carryOut, openWorld, stackFile, type World } from './testing/world.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

describe.skipIf(noSwarm() !== null)(
  'what a swarm cannot do is refused before anything is changed (needs root, docker)',
  () => {
    let swarm: Swarm;
    let world: World;
    beforeAll(() => {
      swarm = openSwarm();
    });
    afterAll(() => swarm.close());
    afterEach(() => world.dispose());
    const told = async (options: Parameters<World['slot']>[0] = { epoch: 1 }) =>
      (await failuresOf(carryOut('prepare', world.slot(options)))).map(({ code, message, where = '' }) => ({
        ...{ code, message, where },
      }));

    test('mistakes of the file, each with its line', async () => {
      const file = stackFile(3).replace(
        '    expose: ["3000"]',
        '    expose: ["3000"]\n    privileged: true\n    devices: ["/dev/null:/dev/x"]',
      );
      world = await openWorld(swarm, file);
      expect(await told()).toEqual([
        expect.objectContaining({
          code: 'GR7453',
          where: 'docker-stack.yml:8:15 (services.web.deploy.replicas)',
          message: expect.stringContaining('asks for 3 copies'),
        }),
        expect.objectContaining({
          code: 'GR7453',
          where: expect.stringMatching(/^docker-stack.yml:15:5/),
          message: expect.stringContaining('services.media-api.devices'),
        }),
        expect.objectContaining({
          code: 'GR7453',
          where: expect.stringMatching(/^docker-stack.yml:14:5/),
          message: expect.stringContaining('services.media-api.privileged'),
        }),
      ]);
      expect([world.left('service'), world.left('network'), world.left('secret')]).toEqual([[], [], []]);
    });

    test('a file that cannot be read, and a volume that every node has for itself', async () => {
      world = await openWorld(swarm, stackFile(1).replace('    build: .', '    build: .\n    ports: 7'));
      expect((await told())[0]?.code).toBe('GR6442');
      await world.dispose();
      world = await openWorld(
        swarm,
        `${stackFile(1).replace('    expose:', '    volumes: ["data:/data"]\n    expose:')}volumes: { data: {} }\n`,
      );
      expect((await told()).map(({ code, message }) => [code, message.includes('data')])).toEqual([
        ['GR7454', true],
        ['GR7454', true],
      ]);
      const accept = ['shared-volume:data', 'node-volume:data'];
      expect(await told({ epoch: 2, config: { accept } })).toEqual([]);
    });

    test('a daemon that is no manager', async () => {
      world = await openWorld(swarm);
      const [worker] = await told({ epoch: 1, config: { socket: swarm.otherSocket } });
      expect(worker).toMatchObject({ code: 'GR7450', message: expect.stringContaining('a worker') });
      expect((await told({ epoch: 1, config: { socket: '/nowhere/docker.sock' } }))[0]?.code).toBe('GR6440');
    });

    test('an image that a node has not and cannot be brought', async () => {
      world = await openWorld(swarm);
      const [unknown] = await told({ epoch: 1, config: { nodes: {} } });
      expect(unknown).toMatchObject({ code: 'GR7452', where: `environments.<name>.driver.nodes.${swarm.other}` });
      const [wrong] = await told({ epoch: 1, config: { nodes: { [swarm.other]: swarm.socket } } });
      expect(wrong).toMatchObject({ code: 'GR7452', message: expect.stringContaining('leads to another daemon') });
    });

    test('a secret that is nowhere, and a service that cannot start, in the words of the swarm', async () => {
      world = await openWorld(swarm);
      rmSync(join(world.projectDirectory, 'secret.txt'));
      const start = (epoch: number) => failuresOf(carryOut('start', world.slot({ epoch })));
      const lost = { code: 'GR6442', message: expect.stringContaining('"password"') };
      expect([(await told({ epoch: 1 }))[0], (await start(1))[0]]).toMatchObject([lost, lost]);
      await world.dispose();
      world = await openWorld(swarm, stackFile(1).replace('["node", "app.mjs"]', '["no-such-program"]'));
      const [dead] = await start(2);
      expect(dead).toMatchObject({ code: 'GR7456', message: expect.stringContaining('no-such-program') });
      await carryOut('stop', world.slot({ epoch: 3 }));
    });

    test('infrastructure that does not run, and a service that the stack runs as well', async () => {
      world = await openWorld(
        swarm,
        `${stackFile(1).replace('secrets:\n  password', 'x-none:\n  password')}`
          .replace(
            'services:',
            'services:\n  counter: { image: BASE, command: ["node", "-e", "setInterval(() => {}, 9)"] }',
          )
          .replace(/\n {4}secrets:.*/, ''),
      );
      expect(await told()).toMatchObject([
        { code: 'GR7455', message: expect.stringContaining('counter of the stack') },
      ]);
      for (const name of ['counter', 'web'])
        await world.idle(`${world.project}_${name}`, ['-l', `com.docker.stack.namespace=${world.project}`]);
      expect(await told()).toMatchObject([
        { code: 'GR7455', message: expect.stringContaining(`${world.project}_web`) },
      ]);
    });

    test('a node that is down', async () => {
      world = await openWorld(swarm);
      await swarm.lose();
      const isDown = () => swarm.docker(1, 'node', 'ls', '--format', '{{.Status}}').includes('Down');
      await until('the swarm knows', isDown, 60_000);
      expect(await told()).toMatchObject([{ code: 'GR7451', message: expect.stringContaining(swarm.other) }]);
      swarm.docker(1, 'node', 'update', '--availability', 'drain', swarm.other);
      expect(await told()).toEqual([]);
      swarm.docker(1, 'node', 'update', '--availability', 'active', swarm.other);
      swarm.back();
    });
  },
);
