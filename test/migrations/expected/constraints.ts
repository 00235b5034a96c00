import type { Expectations } from '../expectation.ts';

export const constraints: Expectations = {
  'check-not-valid': {
    decision: 'go',
    reasons: [],
    locks: { orders: 'AccessExclusiveLock' },
    looksLike: 'check-at-once',
  },
  'check-validated': {
    decision: 'go',
    reasons: [],
    locks: { orders: 'ShareUpdateExclusiveLock' },
    looksLike: 'check-at-once',
  },
  'foreign-key-not-valid': {
    decision: 'go',
    reasons: [],
    locks: { orders: 'ShareRowExclusiveLock', users: 'ShareRowExclusiveLock' },
    looksLike: 'foreign-key-at-once',
  },
  'foreign-key-validated': {
    decision: 'go',
    reasons: [],
    locks: { orders: 'ShareUpdateExclusiveLock' },
    looksLike: 'foreign-key-at-once',
  },
  'foreign-key-of-a-new-table': {
    decision: 'go',
    reasons: [],
    locks: { users: 'ShareRowExclusiveLock' },
    looksLike: 'foreign-key-at-once',
  },
  'not-null-by-a-valid-check': {
    decision: 'go',
    reasons: [],
    locks: { users: 'AccessExclusiveLock' },
    looksLike: 'not-null-at-once',
  },
  'not-null-not-valid': {
    decision: 'go',
    reasons: [],
    locks: { users: 'AccessExclusiveLock' },
    looksLike: 'not-null-at-once',
  },
  'check-the-old-one-keeps': {
    decision: 'go',
    reasons: [],
    locks: { users: 'AccessExclusiveLock' },
    looksLike: 'check-that-the-old-one-breaks',
  },
  'unique-using-an-index': {
    decision: 'go',
    reasons: [],
    locks: { users: 'AccessExclusiveLock' },
    looksLike: 'unique-at-once',
  },
  'primary-key-using-an-index': {
    decision: 'go',
    reasons: [],
    locks: { logins: 'AccessExclusiveLock' },
    looksLike: 'primary-key-by-nullable-index',
  },
  'unique-on-a-small-table': {
    decision: 'go',
    reasons: [],
    locks: { countries: 'AccessExclusiveLock' },
    scans: ['countries'],
    looksLike: 'unique-at-once',
  },
  'check-renamed': {
    decision: 'go',
    reasons: [],
    locks: { users: 'AccessExclusiveLock' },
    looksLike: 'rename-column',
  },
};
