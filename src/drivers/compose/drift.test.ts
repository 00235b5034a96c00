import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { docker, dockerProgram } from './testing/docker.ts';
import { carryOut, openWorld, removeBase, type World } from './testing/world.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

interface Inspected {
  readonly Image: string;
  readonly Config: { readonly Env: readonly string[]; readonly Labels: Readonly<Record<string, string>> };
}

describe.skipIf(dockerProgram() === null)('what runs beside what was started (needs docker)', () => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld();
  });
  afterEach(() => world.dispose());
  afterAll(removeBase);

  /** Somebody takes ours away and starts another one by hand, with the same labels and port. */
  const replaceByHand = (port: number, over: { image?: string; env?: readonly string[]; command?: string }): void => {
    const id = world.containerAt({ port });
    const [ours] = JSON.parse(docker('inspect', id)) as Inspected[];
    docker('rm', '-f', id);
    const labels = Object.entries(ours!.Config.Labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]);
    const env = [...ours!.Config.Env, ...(over.env ?? [])].flatMap((line) => ['-e', line]);
    const place = ['-p', `127.0.0.1:${port}:3000`, '--name', `${world.project}-by-hand`, '-w', '/app'];
    docker('run', '-d', ...place, ...labels, ...env, over.image ?? ours!.Image, 'node', over.command ?? 'app.mjs');
  };
  const differencesIn = async () => {
    const seen = await world.driver.observe(world.slot({ epoch: 1 }));
    return Object.fromEntries(seen.map(({ service, differences = [] }) => [service, differences]));
  };
  const byHand = () => `runs in a container that Greenroom did not start (${world.project}-by-hand)`;

  test('F082 what runs as it was started differs in nothing, also when it was stopped and started again', async () => {
    await carryOut('start', world.slot({ epoch: 1 }));
    expect(await differencesIn()).toEqual({ 'media-api': [], web: [] });
    const [, web] = await world.driver.observe(world.slot({ epoch: 1 }));
    docker('restart', '-t', '1', world.containerAt(web!));
    expect(await differencesIn()).toEqual({ 'media-api': [], web: [] });
    await carryOut('stop', world.slot({ epoch: 1 }));
    await carryOut('start', world.slot({ epoch: 2 }));
    expect(await differencesIn()).toEqual({ 'media-api': [], web: [] });
  });

  test('F082 a container by hand that wears our labels is told, with what it has otherwise, and no value', async () => {
    const [, web] = await carryOut('start', world.slot({ epoch: 1 }));
    const other = docker('inspect', '-f', '{{.Image}}', world.containerAt(web!));
    replaceByHand(web!.port, {});
    expect(await differencesIn()).toEqual({ 'media-api': [], web: [byHand()] });
    replaceByHand(web!.port, { env: ['DEBUG=value-9'], command: '/app/app.mjs' });
    const seen = await differencesIn();
    expect(seen['web']).toEqual([`${byHand()}, with another command and environment`]);
    expect(JSON.stringify(seen)).not.toContain('value-9');
    const patched = `greenroom/${world.project}-web:patched`;
    docker('commit', '--change', 'LABEL patched=1', world.containerAt(web!), patched);
    replaceByHand(web!.port, { image: patched });
    expect((await differencesIn())['web']![0]).toContain('with another image');
    expect(docker('inspect', '-f', '{{.Id}}', patched)).not.toBe(other);
  });
});
