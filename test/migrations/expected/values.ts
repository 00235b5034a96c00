import type { Expectations } from '../expectation.ts';

export const values: Expectations = {
  'enum-value-with-its-forward-fix': {
    decision: 'go',
    reasons: [],
    back: 'forward',
    looksLike: 'value-added-to-enum',
  },
  'new-enum': {
    decision: 'go',
    reasons: [],
    looksLike: 'text-to-enum',
  },
  'batch-of-rows': {
    decision: 'go',
    reasons: [],
    looksLike: 'backfill-in-one',
  },
  'backfill-of-a-small-table': {
    decision: 'go',
    reasons: [],
    looksLike: 'backfill-in-one',
  },
  'rows-inserted-once': {
    decision: 'go',
    reasons: [],
    runsIn: 'none',
    looksLike: 'rows-refused-again',
  },
  'policy-the-old-one-meets': {
    decision: 'go',
    reasons: [],
    locks: { orders: 'AccessExclusiveLock' },
    looksLike: 'row-security',
  },
  'rights-given-and-nobody-named': {
    decision: 'go',
    reasons: [],
    given: { login: 'unsaid' },
    looksLike: 'rights-taken-and-nobody-named',
  },
  'rights-given': {
    decision: 'go',
    reasons: [],
    looksLike: 'rights-taken',
  },
  'comment-that-says-drop-table': {
    decision: 'go',
    reasons: [],
    locks: { users: 'ShareUpdateExclusiveLock' },
    looksLike: 'drop-table-in-use',
  },
  'rows-locked-and-taken-back': {
    decision: 'go',
    reasons: [],
    looksLike: 'locks-every-row-in-an-exception-block',
  },
  'set-a-stricter-timeout': {
    decision: 'go',
    reasons: [],
    locks: { users: 'AccessExclusiveLock' },
    looksLike: 'waits-for-ever',
  },
  'identity-by-default': {
    decision: 'go',
    reasons: [],
    locks: { logins: 'AccessExclusiveLock' },
    looksLike: 'column-identity',
  },
  'function-beside-the-old-one': {
    decision: 'go',
    reasons: [],
    looksLike: 'function-with-other-arguments',
  },
  'same-server-version': {
    decision: 'go',
    reasons: [],
    locks: { users: 'AccessExclusiveLock' },
    given: { production: { server: '18.1' } },
    looksLike: 'newer-grammar',
  },
  'copy-of-last-night': {
    decision: 'go',
    reasons: [],
    locks: { orders: 'ShareUpdateExclusiveLock' },
    runsIn: 'none',
    given: { copyAgeDays: 1, copyRatio: { orders: 0.8 } },
    looksLike: 'copy-of-a-tenth',
  },
};
