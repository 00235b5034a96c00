import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { noSwarm, openSwarm, type Swarm } from '../../../test/rig/swarm.ts';
import { until } from '../../../test/rig/tiny.ts';
import { lines } from '../compose/testing/docker.ts';
import { carryOut, openWorld, stackFile, type World } from './testing/world.ts';

vi.setConfig({ testTimeout: 400_000, hookTimeout: 300_000 });

describe.skipIf(noSwarm() !== null)('what runs beside what was started, on two real nodes (needs root, docker)', () => {
  let swarm: Swarm;
  let world: World;
  beforeAll(() => {
    swarm = openSwarm();
  });
  afterAll(() => swarm.close());
  beforeEach(async () => {
    world = await openWorld(swarm, stackFile(2));
  });
  afterEach(() => world.dispose());

  const name = () => `${world.project}-staging-green_web`;
  const service = (...argv: readonly string[]) => swarm.docker(1, 'service', ...argv);
  const update = (...argv: readonly string[]) => service('update', '-q', '--no-resolve-image', ...argv, name());
  const observed = () => world.driver.observe(world.slot({ epoch: 1 }));
  const web = async () => (await observed()).find((each) => each.service === 'web');
  const differences = async () => (await web())?.differences ?? [];
  const byHand = () => `was changed in the swarm by hand (${name()})`;

  test('F082 what runs as it was started differs in nothing, also when it was told to start anew or changed and changed back', async () => {
    await carryOut('prepare', world.slot({ epoch: 1 }));
    await carryOut('start', world.slot({ epoch: 1 }));
    expect((await observed()).map((each) => [each.service, each.differences, each.missingCopies])).toEqual([
      ['media-api', undefined, undefined],
      ['web', undefined, undefined],
    ]);
    update('--force');
    expect(await differences()).toEqual([]);
    update('--env-add', 'HACK=value-9');
    expect(await differences()).toEqual([`${byHand()}: environment`]);
    expect(JSON.stringify(await observed())).not.toContain('value-9');
    update('--env-rm', 'HACK');
    expect(await differences()).toEqual([]);
  });

  test('F082 a service that somebody gave another environment, command, image, secret or limit is told, by what is another', async () => {
    await carryOut('prepare', world.slot({ epoch: 1 }));
    await carryOut('start', world.slot({ epoch: 1 }));
    update('--env-add', 'HACK=1');
    expect(await differences()).toEqual([`${byHand()}: environment`]);
    const other = swarm.docker(1, 'commit', '--change', 'LABEL patched=1', lines(swarm.docker(1, 'ps', '-q'))[0]!);
    update('--env-rm', 'HACK', '--constraint-add', 'node.role==manager', '--replicas', '1', '--detach');
    await until('one copy is left', async () => (await web())?.also === undefined, 60_000);
    update('--image', other, '--args', 'node app.mjs x');
    expect(await differences()).toEqual([
      `${byHand()}: image, command, other settings`,
      'is to have 1 copy, and was started with 2 copies',
    ]);
    const [sealed] = world.left('secret');
    update(
      '--secret-rm',
      swarm.docker(1, 'secret', 'inspect', '-f', '{{.Spec.Name}}', sealed!),
      '--limit-memory',
      '99M',
    );
    expect((await differences())[0]).toBe(`${byHand()}: image, command, secrets or configs, other settings`);
    // Without its record nobody can tell how it was; that it was changed, the swarm tells itself.
    world.forget();
    expect(await differences()).toEqual([`${byHand()}; how it was started is not on record`]);
  });

  test('F082 copies: fewer wanted than were started are a change, those that have no node are said, and none at all are made anew', async () => {
    await carryOut('prepare', world.slot({ epoch: 1 }));
    await carryOut('start', world.slot({ epoch: 1 }));
    service('scale', '-d', `${name()}=1`);
    await until('one copy is left', async () => (await web())?.also === undefined, 60_000);
    expect(await web()).toMatchObject({ differences: ['is to have 1 copy, and was started with 2 copies'] });
    expect((await web())?.missingCopies).toBeUndefined();
    service('scale', `${name()}=2`);
    expect(await web()).toMatchObject({ also: [expect.any(String)] });
    expect(await differences()).toEqual([]);
    swarm.docker(1, 'node', 'update', '--availability', 'drain', swarm.other);
    await until('its copy has ended', async () => (await web())?.also === undefined, 60_000);
    expect(await web()).toMatchObject({ missingCopies: expect.stringContaining('runs 1 of 2 copies') });
    expect(await differences()).toEqual([]);
    swarm.docker(1, 'node', 'update', '--availability', 'active', swarm.other);
    await until('it is back', async () => (await web())?.also?.length === 1, 60_000);
    expect((await web())?.missingCopies).toBeUndefined();
    service('scale', '-d', `${name()}=0`);
    await until('none runs', async () => (await web()) === undefined, 60_000);
    await carryOut('start', world.slot({ epoch: 1 }));
    expect(await web()).toMatchObject({ also: [expect.any(String)] });
    expect(await differences()).toEqual([]);
  });

  test('F082 a service that somebody made in its place, with its labels and port', async () => {
    await carryOut('prepare', world.slot({ epoch: 1 }));
    await carryOut('start', world.slot({ epoch: 1 }));
    const [{ Spec: spec }] = JSON.parse(service('inspect', name())) as [
      { Spec: { Labels: Record<string, string>; TaskTemplate: { ContainerSpec: { Image: string } } } },
    ];
    const { port } = (await web())!;
    service('rm', name());
    await until('none runs', async () => !(await world.running()).includes('web'), 60_000);
    const labels = Object.entries(spec.Labels).flatMap(([key, value]) => [
      '--label',
      `${key}=${value}`,
      '--container-label',
      `${key}=${value}`,
    ]);
    const place = [
      '--publish',
      `mode=host,published=${port},target=3000`,
      '--replicas',
      '2',
      '--endpoint-mode',
      'dnsrr',
    ];
    const { Image: image } = spec.TaskTemplate.ContainerSpec;
    service('create', '-q', '--no-resolve-image', '--name', name(), ...labels, ...place, image, 'node', 'app.mjs');
    expect(await differences()).toEqual([
      `runs as a service that Greenroom did not make (${name()}); others are: environment, secrets or configs`,
    ]);
  });
});
