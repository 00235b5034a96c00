import type { Expectations } from '../expectation.ts';

export const columns: Expectations = {
  'default-of-a-new-column': {
    decision: 'go',
    reasons: [],
    locks: { countries: 'AccessExclusiveLock' },
    looksLike: 'default-gone-where-null-may-be',
  },
  'column-nullable': {
    decision: 'go',
    reasons: [],
    locks: { users: 'AccessExclusiveLock' },
    looksLike: 'column-required-without-default',
  },
  'column-with-constant-default': {
    decision: 'go',
    reasons: [],
    locks: { users: 'AccessExclusiveLock' },
    looksLike: 'default-that-changes',
  },
  'column-with-stable-default': {
    decision: 'go',
    reasons: [],
    locks: { users: 'AccessExclusiveLock' },
    looksLike: 'default-by-clock',
  },
  'column-and-default-apart': {
    decision: 'go',
    reasons: [],
    locks: { users: 'AccessExclusiveLock' },
    looksLike: 'default-that-changes',
  },
  'column-generated-virtual': {
    decision: 'go',
    reasons: [],
    locks: { users: 'AccessExclusiveLock' },
    looksLike: 'column-generated-stored',
  },
  'column-jsonb': {
    decision: 'go',
    reasons: [],
    locks: { addresses: 'AccessExclusiveLock' },
    looksLike: 'json-column',
  },
  'column-of-plain-domain': {
    decision: 'go',
    reasons: [],
    locks: { orders: 'AccessExclusiveLock' },
    looksLike: 'column-of-checked-domain',
  },
  'column-that-references': {
    decision: 'conditional-go',
    reasons: ['unindexed-reference'],
    locks: { orders: 'AccessExclusiveLock', countries: 'ShareRowExclusiveLock' },
    looksLike: 'foreign-key-at-once',
  },
  'column-if-not-exists': {
    decision: 'go',
    reasons: [],
    locks: { users: 'AccessExclusiveLock', orders: 'ShareUpdateExclusiveLock' },
    runsIn: 'none',
    looksLike: 'not-if-exists',
  },
  'default-changed': {
    decision: 'go',
    reasons: [],
    locks: { orders: 'AccessExclusiveLock' },
    looksLike: 'drop-default',
  },
  'default-dropped-of-what-is-always-written': {
    decision: 'go',
    reasons: [],
    locks: { addresses: 'AccessExclusiveLock' },
    looksLike: 'drop-default',
  },
  'drop-column-nobody-uses': {
    decision: 'conditional-go',
    reasons: ['destructive-step'],
    locks: { users: 'AccessExclusiveLock' },
    back: 'forward',
    looksLike: 'drop-column-in-use',
  },
  'rename-column-nobody-uses': {
    decision: 'go',
    reasons: [],
    locks: { users: 'AccessExclusiveLock' },
    looksLike: 'rename-column',
  },
};
