// Every expectation that a database can answer, against a real one.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { realPostgres } from '../../src/checks/testing/database.ts';
import { differences } from './compare.ts';
import { corpus, type Case } from './corpus.ts';
import type { Expectation } from './expectation.ts';
import { openLab, type Lab } from './lab.ts';
import { truthOf } from './truth.ts';

const postgres = realPostgres();
let lab: Lab;
beforeAll(async () => {
  lab = await openLab(postgres.url());
}, 60_000);
afterAll(() => lab?.close());
const patience = { timeout: 120_000 };

test.each(corpus().map((each) => [each.file, each] as const))('%s', patience, async (_, migration) => {
  expect(differences(migration, await truthOf(lab, migration))).toEqual([]);
});

describe('controls: a wrong expectation is reported', () => {
  const find = (name: string): Case => corpus().find((each) => each.name === name)!;
  const wrong: readonly [string, Partial<Expectation>, RegExp][] = [
    [
      'type-int-to-bigint',
      { locks: { orders: 'ShareLock' } },
      /locks is said to be .*"ShareLock".* measured is .*"AccessExclusiveLock"/,
    ],
    ['type-int-to-bigint', { locks: {} }, /locks is said to be \{\}/],
    ['type-int-to-bigint', { rewrites: [] }, /rewrites is said to be \[\]/],
    ['check-not-valid', { scans: ['orders'] }, /scans is said to be \["orders"\], measured is \[\]/],
    ['rename-column', { old: ['passes', 'passes', 'passes'] }, /old is said/],
    ['rename-column', { up: '42703' }, /up is said/],
    ['truncate', { back: 'restores' }, /back is said to be "restores", measured is "loses"/],
    ['adds-every-time', { again: 'same' }, /again is said to be "same", measured is "other-data"/],
    ['duplicates-found-concurrently', { invalid: [] }, /invalid is said to be \[\]/],
    ['waits-for-ever', { session: [] }, /session is said to be \[\]/],
    ['begins-and-commits', { session: [] }, /session is said to be \[\]/],
    ['backfill-in-one', { reasons: [] }, /rows-locked is said: false, measured: true/],
  ];
  test.each(wrong)('%s %j', patience, async (name, change, reported) => {
    const migration = find(name);
    const claimed = { ...migration, expected: { ...migration.expected, ...change } };
    expect(differences(claimed, await truthOf(lab, claimed)).join('\n')).toMatch(reported);
  });
});
