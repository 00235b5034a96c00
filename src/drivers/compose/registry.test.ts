import { randomUUID } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { docker, dockerProgram, lines } from './testing/docker.ts';
import { dockerBeside, openRegistry } from './testing/registry.ts';
import { ask, baseImage, carryOut, failuresOf, openWorld, removeBase, teamFile, type World } from './testing/world.ts';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 300_000 });

/** An image of the team's with a layer of its own, which says `text`. */
async function imageSaying(tag: string, text: string, folder: string): Promise<string> {
  const made = docker('create', baseImage(), 'true');
  try {
    // A layer that no other image has, so that it is really fetched.
    const version = join(folder, 'VERSION');
    writeFileSync(version, `${text} ${randomUUID()}`);
    for (const file of [join(import.meta.dirname, 'testing', 'app.mjs'), version]) docker('cp', file, `${made}:/`);
    docker('commit', '--change', `ENV SAYS=${text}`, '--change', 'WORKDIR /', made, tag);
    return docker('inspect', '-f', '{{.Id}}', tag);
  } finally {
    docker('rm', '-f', made);
  }
}

describe.skipIf(dockerProgram() === null)('images that come from a registry (needs docker)', () => {
  let registry: Awaited<ReturnType<typeof openRegistry>>;
  let world: World;
  let repository: string;
  let count = 0;
  beforeAll(async () => {
    registry = await openRegistry();
  });
  beforeEach(async () => {
    repository = `${registry.address}/team/web${(count += 1)}`;
    world = await openWorld({ file: teamFile.replace('build: .', `image: ${repository}:v1`) });
  });
  afterEach(async () => {
    await world.dispose();
    // Also what is known by its digest alone.
    const left = new Set(lines(docker('images', '-q', '--no-trunc', repository)));
    for (const id of left) await dockerBeside('image', 'rm', '-f', id);
  });
  afterAll(() => {
    registry.close();
    removeBase();
  });

  /** Pushed as `v1`, and gone from this machine: the next one pulls it. Answers its id and the digest of its manifest. */
  const push = async (text: string): Promise<{ readonly id: string; readonly digest: string }> => {
    const tag = `${repository}:v1`;
    const id = await imageSaying(tag, text, world.root);
    const pushed = await dockerBeside('push', tag);
    const digest = /digest: (sha256:[0-9a-f]{64})/.exec(pushed)![1]!;
    await dockerBeside('image', 'rm', '-f', tag);
    return { id, digest };
  };
  const pinned = (release: string): string =>
    (
      JSON.parse(readFileSync(join(world.root, 'environments', '.images', `${release}.json`), 'utf8')) as Record<
        string,
        { image: string }
      >
    )['web']!.image;
  const imageAt = (port: number): string => docker('inspect', '-f', '{{.Image}}', world.containerAt({ port }));
  const webOf = (slot: Parameters<typeof carryOut>[1]) =>
    carryOut('start', slot).then((all) => all.find(({ service }) => service === 'web')!);

  test('F065 a tag that is moved after staging has tested it changes nothing for production', async () => {
    const first = await push('first');
    await carryOut('prepare', world.slot({ epoch: 1 }));
    expect(pinned('rel_one')).toBe(first.id);
    // Moved in the registry, and on this machine, before anything of it was started.
    const second = await push('second');
    await dockerBeside('pull', '-q', `${repository}:v1`);
    expect(docker('inspect', '-f', '{{.Id}}', `${repository}:v1`)).toBe(second.id);
    const tested = await webOf(world.slot({ epoch: 1 }));
    expect(imageAt(tested.port)).toBe(first.id);
    const production = world.slot({
      epoch: 1,
      environment: 'production',
      config: { accept: ['shared-infrastructure:staging'] },
    });
    await carryOut('prepare', production);
    const promoted = await webOf(production);
    expect(imageAt(promoted.port)).toBe(first.id);
    expect(await ask(promoted)).toMatchObject({ release: 'rel_one' });
    // A new release is what takes it, from the first environment on.
    const config = { accept: ['shared-infrastructure:production'] };
    const next = world.slot({ epoch: 2, release: 'two', colour: 'blue', config });
    await carryOut('prepare', next);
    expect([pinned('rel_one'), pinned('rel_two')]).toEqual([first.id, second.id]);
  });

  test('F065 what was tested is gone here and its tag leads elsewhere: refused, nothing is started', async () => {
    const first = await push('first');
    await carryOut('prepare', world.slot({ epoch: 1 }));
    await push('second');
    docker('image', 'rm', '-f', first.id);
    const production = world.slot({ epoch: 1, environment: 'production' });
    const [failure] = await failuresOf(carryOut('prepare', production));
    expect(failure).toMatchObject({ code: 'GR6446', message: expect.stringContaining(first.id) });
    expect(await failuresOf(carryOut('start', production))).toMatchObject([{ code: 'GR6446' }]);
    expect(await world.running()).toEqual([]);
  });

  test('F066 a layer that is not what its digest says is refused, nothing is started', async () => {
    await push('first');
    const { layers } = JSON.parse(registry.manifests.get('v1')!.bytes.toString()) as { layers: { digest: string }[] };
    registry.blobs.set(layers.at(-1)!.digest, gzipSync(Buffer.alloc(10_240)));
    const [failure] = await failuresOf(carryOut('prepare', world.slot({ epoch: 1 })));
    expect(failure).toMatchObject({ code: 'GR6445', message: expect.stringMatching(/verif|digest|corrupt|invalid/i) });
    expect(await world.running()).toEqual([]);
  });

  test('F066 another manifest under the digest that the compose file names is refused', async () => {
    const first = await push('first');
    const text = teamFile.replace('build: .', `image: ${repository}@${first.digest}`);
    world.releases['pinned'] = await world.store('pinned', text);
    const second = await push('second');
    registry.manifests.set(first.digest, registry.manifests.get(second.digest)!);
    const [failure] = await failuresOf(carryOut('prepare', world.slot({ epoch: 1, release: 'pinned' })));
    expect(failure).toMatchObject({ code: 'GR6445', message: expect.stringMatching(/verif|digest/i) });
    expect(await world.running()).toEqual([]);
  });
});
