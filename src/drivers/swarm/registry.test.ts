import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { networkInterfaces } from 'node:os';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { noSwarm, openSwarm, type Swarm } from '../../../test/rig/swarm.ts';
import { lines } from '../compose/testing/docker.ts';
import { dockerBeside, openRegistry } from '../compose/testing/registry.ts';
import { ask, baseImage, failuresOf } from '../compose/testing/world.ts';
import { carryOut, openWorld, type World } from './testing/world.ts';

vi.setConfig({ testTimeout: 400_000, hookTimeout: 300_000 });

const fileOf = (image: string): string => `services:
  web:
    image: ${image}
    command: ["node", "app.mjs"]
    ports: ["8080:3000"]
    deploy: { replicas: 2, restart_policy: { delay: 1s } }
`;

describe.skipIf(noSwarm() !== null)('images of a registry, on two real nodes (needs root, docker)', () => {
  let swarm: Swarm;
  let world: World;
  let registry: Awaited<ReturnType<typeof openRegistry>>;
  beforeAll(async () => {
    swarm = openSwarm();
    // This machine's end of the network that both nodes are in.
    const own = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
    const near = swarm.addressOfOther().replace(/\d+$/, '');
    registry = await openRegistry(own.find(({ address }) => address.startsWith(near))!.address);
  });
  afterEach(() => world.dispose());
  afterAll(() => {
    registry.close();
    swarm.close();
  });

  /** Pushed under the tag, and gone from the manager; answers its digest. The registry is in this process, which must not wait for it. */
  const push = async (tag: string, says: string): Promise<string> => {
    const folder = world.releases['one']!.directory;
    writeFileSync(
      join(world.root, 'Dockerfile'),
      `FROM ${baseImage()}\nWORKDIR /app\nCOPY app.mjs VERSION ./\nENV SAYS=${says}\n`,
    );
    await dockerBeside('build', '-q', '-t', tag, '-f', join(world.root, 'Dockerfile'), folder);
    const [, digest] = /digest: (sha256:[0-9a-f]{64})/.exec(await dockerBeside('push', tag))!;
    await dockerBeside('image', 'rm', '-f', tag);
    return digest!;
  };
  /** What each node runs, as its own daemon tells it. */
  const running = (): readonly string[] =>
    ([1, 2] as const).flatMap((node) => {
      const ids = lines(swarm.docker(node, 'ps', '-q', '--filter', `label=greenroom.state=${world.state}`));
      return ids.map((id) => swarm.docker(node, 'inspect', '-f', '{{.Config.Image}}', id));
    });

  test('every node fetches it by the digest that was proven, also when the tag means another by then', async () => {
    const repository = `${registry.address}/team/web`;
    world = await openWorld(swarm, fileOf(`${repository}:v1`));
    const slot = (epoch: number, release = 'one') => {
      const whole = world.slot({ epoch, release, config: { nodes: {} } });
      return { ...whole, services: whole.services.slice(0, 1) };
    };
    const first = await push(`${repository}:v1`, 'first');
    await carryOut('prepare', slot(1));
    const second = await push(`${repository}:v1`, 'second');
    expect(second).not.toBe(first);
    const [web] = await carryOut('start', slot(2));
    expect(running()).toEqual([`${repository}@${first}`, `${repository}@${first}`]);
    expect(await ask(web!)).toMatchObject({ release: 'rel_one' });
    await carryOut('stop', slot(3));
  });

  test('one that the registry has not is said before anything is made', async () => {
    world = await openWorld(swarm, fileOf(`${registry.address}/team/nobody:v9`));
    const whole = world.slot({ epoch: 1, config: { nodes: {} } });
    const slot = { ...whole, services: whole.services.slice(0, 1) };
    expect((await failuresOf(carryOut('prepare', slot)))[0]).toMatchObject({ code: 'GR6445' });
    expect([world.left('service'), world.left('network')]).toEqual([[], []]);
  });
});
