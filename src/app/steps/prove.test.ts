import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testDatabase } from '../../store/testing/database.ts';
import { readAccount } from '../read-history.ts';
import { answered, openTestWorld, type TestWorld } from '../testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld(database.store(), `prove${(count += 1)}`);
});
afterEach(() => world.close());

async function adviceFor(lastLines: readonly string[]): Promise<string> {
  Object.assign(world.driver, { lastLines: async () => lastLines });
  const { id: release } = await world.release('1.0.0');
  world.answers.set(release, () => answered(500, { release }));
  const { id } = await world.deploy('staging', '1.0.0');
  return JSON.stringify(await readAccount(world, id));
}

test('the log of a service is only pointed to where there is one', async () => {
  expect(await adviceFor(['listening'])).toContain('Read the log of backend (');
});

test('a log that is a file is named, so that it can be opened', async () => {
  const folder = path.join(world.home, 'environments', 'staging', 'blue');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'backend.log'), 'cannot reach the database\n');
  const { id: release } = await world.release('1.0.0');
  world.answers.set(release, () => answered(500, { release }));
  const { id } = await world.deploy('staging', '1.0.0');
  const said = JSON.stringify(await readAccount(world, id));
  expect(said).toContain(`Read the log of backend (${folder}/backend.log; `);
  expect(said).toContain('cannot reach the database');
});

test('where no line of it is known, it is said so', async () => {
  const said = await adviceFor([]);
  expect(said).toContain('Greenroom has no line of the log of backend: look for it where it runs and ask ');
  expect(said).not.toContain('Read the log of');
});
