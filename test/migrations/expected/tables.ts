import type { Expectations } from '../expectation.ts';

export const tables: Expectations = {
  'view-written-otherwise': {
    decision: 'go',
    reasons: [],
    locks: { active_users: 'AccessExclusiveLock' },
    looksLike: 'view-with-other-values',
  },
  'new-table-with-row-security': {
    decision: 'go',
    reasons: [],
    given: { login: 'unsaid' },
    looksLike: 'row-security-and-nobody-named',
  },
  'new-table': {
    decision: 'go',
    reasons: [],
    looksLike: 'create-table-by-force',
  },
  'schema-that-nobody-finds': {
    decision: 'go',
    reasons: [],
    given: { login: 'unsaid' },
    looksLike: 'schema-of-a-role-that-nobody-named',
  },
  'rename-table-with-a-view': {
    decision: 'go',
    reasons: [],
    locks: { addresses: 'AccessExclusiveLock' },
    looksLike: 'rename-table',
  },
  'drop-table-nobody-uses': {
    decision: 'conditional-go',
    reasons: ['destructive-step'],
    locks: { old_imports: 'AccessExclusiveLock' },
    back: 'forward',
    looksLike: 'drop-table-in-use',
  },
  'table-moved-aside': {
    decision: 'go',
    reasons: [],
    locks: { old_imports: 'AccessExclusiveLock' },
    looksLike: 'drop-table-in-use',
  },
  'drop-view-nobody-asks': {
    decision: 'go',
    reasons: [],
    locks: { active_users: 'AccessExclusiveLock' },
    looksLike: 'drop-view-in-use',
  },
  'view-with-one-more-column': {
    decision: 'go',
    reasons: [],
    locks: { active_users: 'AccessExclusiveLock' },
    looksLike: 'view-without-a-column',
    back: 'forward',
  },
  'attach-checked': {
    decision: 'go',
    reasons: [],
    locks: {
      events: 'ShareUpdateExclusiveLock',
      events_2028: 'AccessExclusiveLock',
      events_rest: 'AccessExclusiveLock',
    },
    looksLike: 'attach-unchecked',
  },
  'empty-partition-of-its-own': {
    decision: 'go',
    reasons: [],
    locks: { vehicles: 'ShareUpdateExclusiveLock' },
    looksLike: 'inherited-table',
  },
  'trigger-that-keeps-two-columns': {
    decision: 'go',
    reasons: [],
    locks: { users: 'AccessExclusiveLock' },
    looksLike: 'trigger-that-swallows',
  },
  'do-block-that-only-looks': {
    decision: 'go',
    reasons: [],
    locks: { users: 'AccessExclusiveLock' },
    looksLike: 'do-block',
  },
  'book-with-an-instant': {
    decision: 'go',
    reasons: [],
    locks: { users: 'AccessExclusiveLock' },
    runsIn: 'none',
    looksLike: 'default-by-clock',
  },
  'book-comes-into-being': {
    decision: 'go',
    reasons: [],
    locks: { users: 'AccessExclusiveLock' },
    looksLike: 'book-not-struck',
  },
};
