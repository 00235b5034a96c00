import { DBOSExecutor } from '@dbos-inc/dbos-sdk/internal/dbos-executor';
import type pg from 'pg';
import { expect, test } from 'vitest';
import { testDatabase } from '../store/testing/database.ts';
import { openDbosEngine } from './dbos-engine.ts';
import { engineContract } from './testing/engine-contract.ts';
import { soleNode } from './testing/sole-node.ts';

const database = testDatabase();

engineContract('DBOS', async () =>
  openDbosEngine({
    ...{ url: database.url(), lease: soleNode('contract'), onFenced: () => {}, revive: async () => {} },
  }),
);

test('F006 a transaction of the engine idles no longer than a lease', async () => {
  const lease = soleNode('idle');
  const engine = openDbosEngine({ url: database.url(), lease, onFenced: () => {}, revive: async () => {} });
  await engine.open();
  const pool = (DBOSExecutor.globalInstance!.systemDatabase as unknown as { pool: pg.Pool }).pool;
  const { rows } = await pool.query<{ ms: number }>(
    `select setting::int as ms from pg_settings where name = 'idle_in_transaction_session_timeout'`,
  );
  await engine.close();
  expect(rows).toEqual([{ ms: lease.ttlMs }]);
});
