import { afterEach, beforeEach, expect, test } from 'vitest';
import { gist } from '../../report/gist.ts';
import type { GivenBack } from '../../kinds/driver.ts';
import { testDatabase } from '../../store/testing/database.ts';
import { readAccount } from '../read-history.ts';
import { answered, openTestWorld, type TestWorld } from '../testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
/** Whether the proxy ran when the team's container was started. */
let proxyRan: boolean | null;
let taken: Partial<GivenBack> | null;

beforeEach(async () => {
  world = await openTestWorld(database.store(), `give${(count += 1)}`);
  [proxyRan, taken] = [null, {}];
  const { ports } = world.project.environments[0]!;
  Object.assign(world.driver, {
    async giveBack({ environment }: { environment: string }, letGo: () => Promise<void>) {
      if (taken === null) return [];
      await letGo();
      proxyRan = (world.proxy.states.get(environment) ?? null) !== null;
      const { running } = world.driver;
      const port = ports['backend']!;
      if (!taken.problem) running.set('team', [{ ...instance, port }]);
      return [
        {
          ...{ service: 'backend', name: 'container own', ports: [port], since: world.time.now - 7_000, problem: null },
          ...{ toStart: 'docker start own', toLook: 'docker logs own', ...taken },
        },
      ];
    },
  });
});
afterEach(() => world.close());

const instance = {
  ...{ service: 'backend', host: '127.0.0.1', pid: 1, startedTicks: '1', releaseId: 'none', startedAt: 0, log: null },
};

/** Bad as soon as it has the traffic. */
async function takenBack(): Promise<string> {
  const { id: release } = await world.release('1.0.0');
  world.answers.set(release, (url) => answered(new URL(url).port === '4001' ? 500 : 200, { release }));
  const { id, ending } = await world.deploy('staging', '1.0.0');
  expect(ending?.as).toBe('rolled-back');
  return gist(await readAccount(world, id)).sentence;
}

test('the proxy ends before what was taken over starts, and the ending says that it serves again', async () => {
  world.answers.set('none', () => answered(404, {}));
  const said = await takenBack();
  expect(proxyRan).toBe(false);
  expect(world.proxy.states.get('staging')).toBeNull();
  expect(said).toMatch(
    /No release served staging before\. backend is served again by the team's own container own \(status 404 from http:\/\/127\.0\.0\.1:4001\/.*\), \d+\.\d s after it was stopped\./,
  );
});

test.each([
  [
    { problem: 'the port is taken' },
    /NOBODY SERVES backend: run "docker start own"; .* does not serve again: the port is taken\./,
  ],
  [{}, /NOBODY SERVES backend: run "docker logs own"; .* it was started, but http:.*: status 502\./],
])('one that does not serve again is said to be dark, with what helps (%j)', async (over, words) => {
  taken = over;
  world.answers.set('none', () => answered(502, {}));
  expect(await takenBack()).toMatch(words);
});

test('where a release goes on serving, its proxy stays, and nobody is said to be seen who was not asked', async () => {
  taken = null;
  expect((await world.deploy('staging', '1.0.0')).ending?.as).toBe('live');
  taken = {};
  world.seen.set('smoke', 2);
  const bad = await world.deploy('staging', '1.1.0');
  expect(bad.ending?.as).toBe('no-go');
  expect(proxyRan).toBe(true);
  expect(world.proxy.done).not.toContain('stop staging');
});

test('where nothing was taken over, the proxy stays and answers 503', async () => {
  taken = null;
  expect(await takenBack()).toContain('Nothing served staging before.');
  expect(world.proxy.states.get('staging')).toMatchObject({ colour: null });
});
