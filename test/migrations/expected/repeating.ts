import type { Expectations } from '../expectation.ts';

export const repeating: Expectations = {
  'not-if-exists': {
    decision: 'no-go',
    reasons: ['not-repeatable'],
    locks: { users: 'AccessExclusiveLock', orders: 'ShareUpdateExclusiveLock' },
    runsIn: 'none',
    again: '42701',
    safer: 'ADD COLUMN IF NOT EXISTS.',
  },
  'adds-every-time': {
    decision: 'no-go',
    reasons: ['not-repeatable'],
    runsIn: 'none',
    again: 'other-data',
    safer: 'Write what does not depend on how often: a value, or only rows not yet done.',
  },
  'rows-inserted-again': {
    decision: 'no-go',
    reasons: ['not-repeatable'],
    runsIn: 'none',
    again: 'other-data',
    safer: 'INSERT … ON CONFLICT DO NOTHING on a key, or all in one transaction.',
  },
  'rows-refused-again': {
    decision: 'no-go',
    reasons: ['not-repeatable'],
    runsIn: 'none',
    again: '23505',
    safer: 'INSERT … ON CONFLICT DO NOTHING.',
  },
  'swap-of-two-tables': {
    decision: 'no-go',
    reasons: ['not-repeatable', 'no-way-back'],
    locks: { old_imports: 'AccessExclusiveLock' },
    runsIn: 'none',
    again: '42P07',
    back: 'none',
    safer: 'Swap in one transaction.',
  },
  'constraint-twice': {
    decision: 'no-go',
    reasons: ['not-repeatable'],
    locks: { orders: 'AccessExclusiveLock' },
    runsIn: 'none',
    again: '42710',
    safer: 'DROP CONSTRAINT IF EXISTS first, or adding and validating in two files.',
  },
};
