import { expect, test } from 'vitest';
import { insertDeployment, listDeployments } from './deployments.ts';
import { brokenOf } from '../domain/record.ts';
import { recordsOf, sha256 } from './records.ts';
import { testDatabase } from './testing/database.ts';
import { newDeploymentOf } from './testing/samples.ts';

const database = testDatabase();
const kinds = async (project: string) =>
  (await database.store().read((rows) => recordsOf(rows, project))).map((each) => each.kind);

test('twenty deployments at once are numbered 1 to 20 without a gap, in each environment', async () => {
  const store = database.store();
  const insert = (environment: string) => (_: unknown, index: number) =>
    insertDeployment(store, newDeploymentOf('many', `dep_${environment}_${index}`, { environment }));
  const twenty = Array.from({ length: 20 });
  const [staging, production] = await Promise.all([
    Promise.all(twenty.map(insert('staging'))),
    Promise.all(twenty.map(insert('production'))),
  ]);
  const expected = twenty.map((_, index) => index + 1);
  expect(staging!.toSorted((a, b) => a - b)).toEqual(expected);
  expect(production!.toSorted((a, b) => a - b)).toEqual(expected);
  expect(await kinds('many')).toEqual(Array.from({ length: 40 }, () => 'deployment-requested'));
  expect(brokenOf(await store.read((rows) => recordsOf(rows, 'many')), sha256)).toEqual([]);
});

test('F002 F022 the same deployment again keeps its number and is recorded once', async () => {
  const numbers = await Promise.all(
    Array.from({ length: 5 }, () => insertDeployment(database.store(), newDeploymentOf('again', 'dep_again'))),
  );
  expect(numbers).toEqual([1, 1, 1, 1, 1]);
  expect(await kinds('again')).toEqual(['deployment-requested']);
});

test('F010 a deployment without an id is refused by the database', async () => {
  await expect(insertDeployment(database.store(), newDeploymentOf('empty', ''))).rejects.toThrow(/deployment_id_check/);
  expect(await kinds('empty')).toEqual([]);
});

test('newest first, and only those that are asked for', async () => {
  const store = database.store();
  for (const [index, environment] of ['staging', 'production', 'staging'].entries())
    await insertDeployment(store, newDeploymentOf('listed', `dep_l${index}`, { environment, at: 1_000 }));
  const list = async (filter: Parameters<typeof listDeployments>[2]) =>
    (await store.read((rows) => listDeployments(rows, 'listed', filter))).map(
      (each) => `${each.environment} ${each.number}`,
    );
  expect(await list({ environment: 'staging' })).toEqual(['staging 2', 'staging 1']);
  expect(await list({ environment: 'staging', limit: 1 })).toEqual(['staging 2']);
  expect((await list({ open: true })).toSorted()).toEqual(['production 1', 'staging 1', 'staging 2']);
});
