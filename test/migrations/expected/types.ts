import type { Expectations } from '../expectation.ts';

export const types: Expectations = {
  'varchar-longer': {
    decision: 'go',
    reasons: [],
    locks: { users: 'AccessExclusiveLock' },
    back: 'forward',
    looksLike: 'type-narrowed-varchar',
  },
  'varchar-to-text': {
    decision: 'go',
    reasons: [],
    locks: { users: 'AccessExclusiveLock' },
    back: 'forward',
    looksLike: 'int-to-text',
  },
  'varchar-with-index-to-text': {
    decision: 'go',
    reasons: [],
    locks: { users: 'AccessExclusiveLock' },
    back: 'forward',
    looksLike: 'type-to-another-collation',
  },
  'numeric-more-digits': {
    decision: 'go',
    reasons: [],
    locks: { users: 'AccessExclusiveLock' },
    back: 'forward',
    looksLike: 'type-numeric-scale',
  },
  'timestamp-with-zone-in-utc': {
    decision: 'go',
    reasons: [],
    locks: { users: 'AccessExclusiveLock' },
    looksLike: 'type-timestamp-with-zone',
  },
  'rewrite-of-a-small-table': {
    decision: 'go',
    reasons: [],
    locks: { countries: 'AccessExclusiveLock' },
    rewrites: ['countries'],
    scans: ['countries'],
    looksLike: 'type-int-to-bigint',
  },
  'type-of-a-new-table': {
    decision: 'go',
    reasons: [],
    looksLike: 'type-int-to-bigint',
  },
};
