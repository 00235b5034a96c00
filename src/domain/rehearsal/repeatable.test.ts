import { expect, test } from 'vitest';
import { tellsOfLock, whyNotAgain } from './repeatable.ts';
import { goodFacts } from './testing/samples.ts';

const place = { file: '001.sql', line: 1 };

test('it is run again only where a rehearsal has shown both: that it gives up, and that it stands a second run', () => {
  expect(whyNotAgain(goodFacts)).toBeNull();
  for (const hostileReader of [null, 'never-gave-up', 'retry-failed'] as const)
    expect(whyNotAgain({ ...goodFacts, hostileReader })).toMatch(/goes through afterwards/);
  for (const secondRuns of [
    null,
    [{ cutAt: place, failedWith: '42P07', isSame: true }],
    [{ cutAt: place, failedWith: null, isSame: false }],
  ])
    expect(whyNotAgain({ ...goodFacts, secondRuns })).toMatch(/second run/);
});

test.each([
  ['ERROR:  canceling statement due to lock timeout', true],
  [`{ code: '55P03', severity: 'ERROR' }`, true],
  ['ERROR:  could not obtain lock on row in relation "users"', true],
  ['ERROR:  deadlock detected', true],
  ['sqlstate=40P01', true],
  ['ERROR:  column "lock_timeouts" does not exist', false],
  ['Error P3009: migrate found failed migrations', false],
  ['', false],
])('%s', (output, told) => {
  expect(tellsOfLock(output)).toBe(told);
});
