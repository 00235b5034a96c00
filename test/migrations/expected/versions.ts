import type { Expectations } from '../expectation.ts';

export const versions: Expectations = {
  'newer-grammar': {
    decision: 'no-go',
    reasons: ['other-version'],
    locks: { users: 'AccessExclusiveLock' },
    given: { production: { server: '17.6' } },
    safer: 'Rehearse on the major version of production: it knows no virtual columns.',
  },
  'newer-function': {
    decision: 'no-go',
    reasons: ['other-version'],
    locks: { countries: 'AccessExclusiveLock' },
    rewrites: ['countries'],
    scans: ['countries'],
    given: { production: { server: '15.12' } },
    safer: 'Rehearse on the major version of production: it knows no uuidv7().',
  },
  'other-extension': {
    decision: 'no-go',
    reasons: ['other-version'],
    given: { production: { 'extension plpgsql': '0.9' } },
    safer: 'Bring the extension to the same version first.',
  },
  'other-collation': {
    decision: 'no-go',
    reasons: ['other-version'],
    locks: { countries: 'ShareLock' },
    scans: ['countries'],
    given: { production: { 'collation default': '2.28' } },
    safer: 'Rehearse with the C library of production: what is unique and sorted depends on it.',
  },
  'copy-of-last-month': {
    decision: 'no-go',
    reasons: ['copy-too-old'],
    locks: { users: 'AccessExclusiveLock' },
    given: { copyAgeDays: 31 },
    safer: 'Restore the newest backup.',
  },
  'copy-of-another-schema': {
    decision: 'no-go',
    reasons: ['other-schema'],
    locks: { users: 'AccessExclusiveLock' },
    given: { onlyInProduction: ['column public.users.nickname'] },
    safer: 'Restore a backup that is newer than the last migration of production.',
  },
  'copy-of-a-tenth': {
    decision: 'conditional-go',
    reasons: ['copy-too-small'],
    runsIn: 'none',
    locks: { orders: 'ShareUpdateExclusiveLock' },
    given: { copyRatio: { orders: 0.1 } },
    safer: 'Rehearse on a copy of at least half the size; the time is a range.',
  },
  'over-its-budget': {
    decision: 'no-go',
    reasons: ['over-budget'],
    given: { budgetMs: 1000 },
    safer: 'Do what takes long outside of the migration, in batches.',
  },
};
