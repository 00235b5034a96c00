import { afterEach, beforeEach, expect, test } from 'vitest';
import { testDatabase } from '../store/testing/database.ts';
import { readSubject } from './read-history.ts';
import { openTestWorld, type TestWorld } from './testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld(database.store(), `p${(count += 1)}`);
});
afterEach(() => world.close());

const subject = async (name: string | null, check: string | null = null) => {
  const found = await readSubject(world, world.project, name, check);
  return [`${found.account.plan.environment}/${found.account.number}`, found.check];
};

test('a name is a deployment or an environment first, and otherwise a check of the newest deployment that has it', async () => {
  const first = await world.deploy('staging', '1.0.0');
  await world.deploy('staging', '1.1.0');
  await world.deploy('production', '1.1.0');
  expect(await subject(null)).toEqual(['production/1', null]);
  expect(await subject('staging')).toEqual(['staging/2', null]);
  expect(await subject('staging/1')).toEqual(['staging/1', null]);
  expect(await subject(first.id)).toEqual(['staging/1', null]);
  expect(await subject('smoke')).toEqual(['production/1', 'smoke']);
  // Only where something served before is anything drained.
  expect(await subject('drain')).toEqual(['staging/2', 'drain']);
  expect(await subject('staging/1', 'smoke')).toEqual(['staging/1', 'smoke']);
});

test('a name of nothing says so, and how to ask', async () => {
  await expect(subject('smoke')).rejects.toThrow(/GR4301 There is no deployment, no environment and no check "smoke"/);
  await world.deploy('staging', '1.0.0');
  await expect(subject('smocke')).rejects.toThrow(/GR4301/);
  await expect(subject('smoke', 'smoke')).rejects.toThrow(/GR4301/);
});
