import type { RehearsalFacts, StatementFacts } from '../facts.ts';

const megabyte = 1024 * 1024;

/** A statement that held a strong lock for a moment. */
export const harmlessStatement: StatementFacts = {
  place: { file: '001.sql', line: 1 },
  durationMs: 3,
  locks: [{ relation: 'users', mode: 'AccessExclusiveLock', heldMs: 4 }],
  ...{ rewrites: [], scans: [], changedWhole: [], walBytes: 900, failedWith: null },
};

/** Everything measured and everything well. */
export const goodFacts: RehearsalFacts = {
  copyAgeMs: 60 * 60 * 1000,
  copySchema: [],
  tables: [
    { relation: 'users', copyBytes: 4000 * megabyte, productionBytes: 4000 * megabyte },
    { relation: 'countries', copyBytes: megabyte, productionBytes: megabyte },
  ],
  versions: [{ name: 'server', copy: '18.4', production: '18.1' }],
  statements: [harmlessStatement],
  durationMs: 4,
  stalls: [{ text: 'select 1 from users', longestMs: 5 }],
  oldVersion: [{ text: 'select 1 from users', before: { rows: 1 }, after: { rows: 1 } }],
  asked: [{ relation: 'users', modes: ['AccessShareLock'] }],
  reshaped: [{ relation: 'users', how: 'changed' }],
  wayBack: { kind: 'down', failedWith: null, schemaDifferences: [], lostTables: [], movedSequences: [] },
  ...{ goneTables: [], secondRuns: [], invalidIndexes: [], session: [], lint: [] },
  hostileReader: 'gave-up-and-retried',
};
