import type { Expectations } from '../expectation.ts';

export const indexes: Expectations = {
  'index-concurrently': {
    decision: 'go',
    reasons: [],
    locks: { orders: 'ShareUpdateExclusiveLock' },
    runsIn: 'none',
    looksLike: 'index-at-once',
  },
  'unique-index-concurrently': {
    decision: 'go',
    reasons: [],
    locks: { users: 'ShareUpdateExclusiveLock' },
    runsIn: 'none',
    looksLike: 'duplicates-found-concurrently',
  },
  'index-dropped-concurrently': {
    decision: 'go',
    reasons: [],
    locks: { users: 'ShareUpdateExclusiveLock' },
    runsIn: 'none',
    looksLike: 'index-dropped-at-once',
  },
  'reindex-concurrently': {
    decision: 'go',
    reasons: [],
    locks: { users: 'ShareUpdateExclusiveLock' },
    runsIn: 'none',
    looksLike: 'reindex-at-once',
  },
  'invalid-index-made-again': {
    decision: 'go',
    reasons: [],
    locks: { users: 'ShareUpdateExclusiveLock' },
    runsIn: 'none',
    back: 'forward',
    looksLike: 'invalid-index-believed',
  },
  'index-of-one-partition-after-the-other': {
    decision: 'go',
    reasons: [],
    locks: {
      events_2026: 'ShareUpdateExclusiveLock',
      events_2025: 'ShareUpdateExclusiveLock',
      events_rest: 'ShareUpdateExclusiveLock',
      events: 'ShareLock',
    },
    runsIn: 'none',
    looksLike: 'index-of-partitions',
  },
  'refresh-concurrently': {
    decision: 'go',
    reasons: [],
    locks: { order_totals: 'ExclusiveLock' },
    looksLike: 'refresh-at-once',
  },
  analyze: {
    decision: 'go',
    reasons: [],
    locks: { orders: 'ShareUpdateExclusiveLock' },
    looksLike: 'vacuum-full',
  },
  vacuum: {
    decision: 'go',
    reasons: [],
    locks: { logins: 'ShareUpdateExclusiveLock' },
    runsIn: 'none',
    looksLike: 'vacuum-full',
  },
};
