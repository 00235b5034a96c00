import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { chain, type ChainedRecord } from '../record.ts';
import { verifiedOf, verifiedRecord, type VerifiedBackup } from './verified.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

test('what is written is read again, the newest first', () => {
  const verified: Omit<VerifiedBackup, 'by' | 'at'> = {
    ...{ environment: 'staging', check: 'restores', outcome: 'pass', reason: '.', database: 'main', backup: 'a.dump' },
    ...{ sizeBytes: 7, takenAt: 5, restoreMs: 3, rowCount: 2 },
  };
  const nothing = { database: null, backup: null, sizeBytes: null, takenAt: null, restoreMs: null, rowCount: null };
  const unmeasured = { ...verified, ...nothing, outcome: 'error' } as const;
  const first = chain(verifiedRecord('ada', verified), null, 10, hash);
  const other = chain({ kind: 'release-created', actor: 'ada', data: {} }, first, 11, hash);
  const log = [first, other, chain(verifiedRecord('grace', unmeasured), other, 12, hash)];
  expect(verifiedOf(JSON.parse(JSON.stringify(log)) as ChainedRecord[])).toEqual([
    { ...unmeasured, by: 'grace', at: 12 },
    { ...verified, by: 'ada', at: 10 },
  ]);
});
