import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { docker, dockerProgram } from './testing/docker.ts';
import { ask, baseImage, carryOut, failuresOf, openWorld, removeBase, teamFile, type World } from './testing/world.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

describe.skipIf(dockerProgram() === null)('images are made once and go on by their id (needs docker)', () => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld();
  });
  afterEach(() => world.dispose());
  afterAll(removeBase);

  const imageOf = (port: number): string => docker('inspect', '-f', '{{.Image}}', world.containerAt({ port }));
  const pins = (release: string) =>
    JSON.parse(readFileSync(join(world.root, 'environments', '.images', `${release}.json`), 'utf8')) as Record<
      string,
      { image: string; environment: string }
    >;

  test('F064 what was built for staging is what production runs, whatever its tag says since', async () => {
    const [, web] = await carryOut('start', world.slot({ epoch: 1 }));
    const proven = imageOf(web!.port);
    expect(pins('rel_one')['web']).toMatchObject({ image: proven, environment: 'staging' });
    // Somebody moves the tag to something else.
    docker('tag', baseImage(), `greenroom/${world.project}-web:rel_one`);
    const production = world.slot({
      epoch: 1,
      environment: 'production',
      config: { accept: ['shared-infrastructure:staging'] },
    });
    await carryOut('prepare', production);
    const [, promoted] = await carryOut('start', production);
    expect(imageOf(promoted!.port)).toBe(proven);
    expect(await ask(promoted!)).toMatchObject({ release: 'rel_one', version: 'one' });
    docker('tag', proven, `greenroom/${world.project}-web:rel_one`);
  });

  test('F064 an image that is gone is not built again for the next environment', async () => {
    await carryOut('prepare', world.slot({ epoch: 1 }));
    docker('image', 'rm', '-f', pins('rel_one')['web']!.image);
    const production = world.slot({ epoch: 1, environment: 'production' });
    const [failure] = await failuresOf(carryOut('prepare', production));
    expect(failure).toMatchObject({ code: 'GR6446', message: expect.stringContaining('no longer there') });
    expect(await world.running()).toEqual([]);
  });

  test('F064 another build in the next environment is refused, and the same one is not', async () => {
    const built = teamFile.replaceAll('build: .', 'build: { context: ., args: { API: "${API:-staging}" } }');
    world.releases['args'] = await world.store('args', built);
    await carryOut('prepare', world.slot({ epoch: 1, release: 'args' }));
    const production = (variables: Record<string, string>) =>
      world.slot({ epoch: 1, release: 'args', environment: 'production', variables });
    const [failure] = await failuresOf(carryOut('prepare', production({ API: 'production' })));
    expect(failure).toMatchObject({ code: 'GR6446', message: expect.stringContaining('"API":"production"') });
    expect(await failuresOf(carryOut('prepare', production({ API: 'staging' })))).toEqual([]);
  });

  test('a build that fails says what the builder said, and leaves nothing', async () => {
    world.releases['broken'] = await world.store('broken', teamFile.replace('build: .', 'build: ./conf'));
    const [failure] = await failuresOf(carryOut('prepare', world.slot({ epoch: 1, release: 'broken' })));
    expect(failure).toMatchObject({ code: 'GR6445', message: expect.stringMatching(/Dockerfile/) });
    expect(await world.running()).toEqual([]);
  });
});
