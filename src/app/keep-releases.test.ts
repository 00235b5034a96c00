import { afterEach, beforeEach, expect, test } from 'vitest';
import { insertDeployment } from '../store/deployments.ts';
import { testDatabase } from '../store/testing/database.ts';
import { newDeploymentOf } from '../store/testing/samples.ts';
import { keepReleases } from './keep-releases.ts';
import { planDeployment } from './plan-deployment.ts';
import { rollBack } from './roll-back.ts';
import { openTestWorld, type TestWorld } from './testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld(database.store(), `p${(count += 1)}`);
  const environments = world.project.environments.map((each) => ({ ...each, keepReleases: 1 }));
  Object.assign(world.project, { environments });
});
afterEach(() => world.close());

/** Versions whose bytes are kept, in their order. */
async function kept(versions: readonly string[]): Promise<readonly string[]> {
  await keepReleases(world, world.project);
  const digests = await Promise.all(
    versions.map(async (version) => [version, (await world.release(version)).parts.artifacts['tree']!] as const),
  );
  return digests.filter(([, digest]) => world.kept.digests!.has(digest)).map(([version]) => version);
}
/** Enough releases that nobody deployed to push all before them out of the newest. */
async function tenMore(): Promise<readonly string[]> {
  const versions = Array.from({ length: 10 }, (_, index) => `9.0.${index}`);
  for (const version of versions) await world.release(version);
  return versions;
}

test('what serves, the one before it and the ten newest stay; older ones go', async () => {
  const old = ['1.0.0', '1.1.0', '1.2.0'];
  for (const version of old) expect((await world.deploy('staging', version)).ending?.as).toBe('live');
  expect(await kept(old)).toEqual(old);
  const newest = await tenMore();
  expect(await kept([...old, ...newest])).toEqual(['1.1.0', '1.2.0', ...newest]);
});

test('each environment keeps its own, and one that never went live is not among them', async () => {
  await world.deploy('staging', '1.0.0');
  await world.deploy('production', '1.0.0');
  await world.deploy('staging', '1.1.0');
  world.seen.set('smoke', 2);
  await world.deploy('staging', '1.2.0');
  world.seen.clear();
  await world.deploy('staging', '1.3.0');
  await tenMore();
  expect(await kept(['1.0.0', '1.1.0', '1.2.0', '1.3.0'])).toEqual(['1.0.0', '1.1.0', '1.3.0']);
});

test('what a deployment in progress or in the queue works with stays', async () => {
  await world.release('1.0.0');
  const { plan } = await planDeployment(world, world.project, 'staging', '1.0.0');
  await insertDeployment(world.store, {
    ...newDeploymentOf(world.project.name, `dep_open_${count}`),
    ...{ project: world.project, plan },
  });
  await tenMore();
  expect(await kept(['1.0.0'])).toEqual(['1.0.0']);
});

test('a release that was returned to counts as the newest that was live', async () => {
  for (const version of ['1.0.0', '1.1.0', '1.2.0', '1.0.0']) await world.deploy('staging', version);
  await tenMore();
  expect(await kept(['1.0.0', '1.1.0', '1.2.0'])).toEqual(['1.0.0', '1.2.0']);
});

test('F079 the release that a rollback would return to keeps its bytes, also after a rollback, when it lies deeper than is kept', async () => {
  const versions = ['1.0.0', '1.1.0', '1.2.0'];
  for (const version of versions) await world.deploy('staging', version);
  const back = async () => {
    const order = { project: world.project, environment: 'staging', to: null, actor: 'ada', reason: 'it is slow' };
    const answer = await rollBack(world, order);
    if (answer.kind !== 'redeploy') throw new Error('a flip');
    expect((await world.settled(answer.deployment.id)).ending?.as).toBe('live');
    return answer.release;
  };
  expect(await back()).toBe((await world.release('1.1.0')).id);
  await tenMore();
  // One old release is kept: of those that were live lately that is 1.2.0, which nobody returns to.
  expect(await kept(versions)).toContain('1.0.0');
  expect(await back()).toBe((await world.release('1.0.0')).id);
});

test('F079 what serves keeps its bytes, however many deployments did not go live since', async () => {
  const environments = world.project.environments.map((each) => ({ ...each, keepReleases: 0 }));
  Object.assign(world.project, { environments });
  const { id, plan } = await world.deploy('staging', '1.0.0');
  // Of what is read of the history nothing went live any more.
  await world.store.change((rows) =>
    rows
      .updateTable('deployment')
      .set({ ending: JSON.stringify({ as: 'cancelled', reason: '' }) })
      .where('id', '=', id)
      .execute(),
  );
  await tenMore();
  await keepReleases(world, world.project);
  expect(world.kept.digests).toContain(plan.release.parts.artifacts['tree']);
});
