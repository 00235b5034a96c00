import { testDatabase } from '../store/testing/database.ts';
import { openDbosEngine } from './dbos-engine.ts';
import { engineContract } from './testing/engine-contract.ts';

const database = testDatabase();

engineContract('DBOS', async () =>
  openDbosEngine({
    url: database.url(),
    lease: {
      ...{ node: 'contract', ttlMs: 60_000 },
      join: async () => {},
      beat: async () => true,
      reap: async () => {},
      living: async () => ['contract'],
      leave: async () => {},
    },
    onFenced: () => {},
    revive: async () => {},
  }),
);
