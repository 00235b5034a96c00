import { expect, test } from 'vitest';
import { saveAcceptance } from './acceptances.ts';
import { accountOf } from './accounts.ts';
import { testDatabase } from './testing/database.ts';
import { queued } from './testing/samples.ts';

const database = testDatabase();

test('a condition is accepted once, and the first person stands', async () => {
  const store = database.store();
  const deployment = await queued(store, 'owes', 'dep_owes');
  expect(await saveAcceptance(store, deployment, 'docs', 'ada', 1)).toEqual({ by: 'ada', isNew: true });
  expect(await saveAcceptance(store, deployment, 'docs', 'grace', 2)).toEqual({ by: 'ada', isNew: false });
  const account = await store.read((rows) => accountOf(rows, 'dep_owes'));
  expect(account?.acceptedConditions).toEqual([{ id: 'docs', by: 'ada', at: 1 }]);
  expect(account?.records.map((each) => [each.kind, each.actor])).toEqual([
    ['deployment-requested', 'ada'],
    ['condition-accepted', 'ada'],
  ]);
});

test('what only stands in the table was not accepted, and can be', async () => {
  const store = database.store();
  const deployment = await queued(store, 'invented', 'dep_invented');
  const invented = { deployment: deployment.id, condition: 'docs', by: 'Boss', at: new Date(1) };
  await store.change((rows) => rows.insertInto('acceptance').values(invented).execute());
  const accepted = async () => (await store.read((rows) => accountOf(rows, deployment.id)))?.acceptedConditions;
  expect(await accepted()).toEqual([]);
  for (const at of [2, 3]) await saveAcceptance(store, deployment, 'docs', 'ada', at);
  expect(await accepted()).toEqual([{ id: 'docs', by: 'ada', at: 2 }]);
});
