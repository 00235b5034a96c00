import type { Expectations } from '../expectation.ts';

export const session: Expectations = {
  'commits-in-the-middle': {
    decision: 'no-go',
    reasons: ['own-transaction'],
    session: ['ends-transaction'],
    safer: 'Two files: the runner ends the transaction between them.',
  },
  'begins-and-commits': {
    decision: 'no-go',
    reasons: ['own-transaction'],
    session: ['ends-transaction'],
    safer: 'Leave BEGIN and COMMIT to the runner.',
  },
  'begins-and-does-not-commit': {
    decision: 'no-go',
    reasons: ['own-transaction'],
    runsIn: 'none',
    session: ['leaves-transaction-open'],
    locks: { users: 'AccessExclusiveLock' },
    back: '42703',
    safer: 'Leave BEGIN and COMMIT to the runner; without it nothing stays.',
  },
  'rolls-back': {
    decision: 'no-go',
    reasons: ['own-transaction'],
    session: ['ends-transaction'],
    back: '42703',
    safer: 'Leave ROLLBACK to the runner; nothing of it stays.',
  },
  'waits-for-ever': {
    decision: 'no-go',
    reasons: ['own-lock-timeout'],
    locks: { users: 'AccessExclusiveLock' },
    session: ['sets-lock-timeout'],
    safer: 'Leave the lock timeout to the rehearsal and to production’s own run.',
  },
  'waits-for-ever-by-a-function': {
    decision: 'no-go',
    reasons: ['own-lock-timeout'],
    locks: { users: 'AccessExclusiveLock' },
    session: ['sets-lock-timeout'],
    safer: 'Leave the lock timeout to the rehearsal and to production’s own run.',
  },
  'waits-for-ever-in-a-do-block': {
    decision: 'no-go',
    reasons: ['own-lock-timeout'],
    locks: { users: 'AccessExclusiveLock' },
    session: ['sets-lock-timeout'],
    safer: 'Leave the lock timeout to the rehearsal and to production’s own run.',
  },
  'takes-the-timeout-away-for-ever': {
    decision: 'no-go',
    reasons: ['own-lock-timeout'],
    locks: { users: 'AccessExclusiveLock' },
    session: ['sets-lock-timeout'],
    back: 'restores',
    safer: 'Settings of roles and databases are not part of a migration.',
  },
};
