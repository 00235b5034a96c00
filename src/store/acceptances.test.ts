import { expect, test } from 'vitest';
import { saveAcceptance } from './acceptances.ts';
import { accountOf } from './accounts.ts';
import { testDatabase } from './testing/database.ts';
import { queued } from './testing/samples.ts';

const database = testDatabase();
const ada = { condition: 'docs', by: 'ada', reason: 'the page is written' };
const grace = { condition: 'docs', by: 'grace', reason: 'too late' };

test('a condition is accepted once, and the first person stands', async () => {
  const store = database.store();
  const deployment = await queued(store, 'owes', 'dep_owes');
  expect(await saveAcceptance(store, deployment, ada, 1)).toEqual({ by: 'ada', isNew: true });
  expect(await saveAcceptance(store, deployment, grace, 2)).toEqual({ by: 'ada', isNew: false });
  const account = await store.read((rows) => accountOf(rows, 'dep_owes'));
  expect(account?.acceptedConditions).toEqual([{ id: 'docs', by: 'ada', at: 1, reason: 'the page is written' }]);
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
  for (const at of [2, 3]) await saveAcceptance(store, deployment, { ...ada, reason: null }, at);
  expect(await accepted()).toEqual([{ id: 'docs', by: 'ada', at: 2, reason: null }]);
});
