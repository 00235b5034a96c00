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
