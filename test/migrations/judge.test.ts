// What the pure judgement makes of the corpus when it is given what a real PostgreSQL has measured (the claims that truth.test.ts keeps true).
// Reasons that reading alone gives are not asked of it here.
import { expect, test } from 'vitest';
import { judgeRehearsal } from '../../src/domain/rehearsal/judge-rehearsal.ts';
import type { RehearsalFacts, StatementFacts } from '../../src/domain/rehearsal/facts.ts';
import { stops } from '../../src/domain/rehearsal/reason.ts';
import { productionBytes } from './base.ts';
import { claimOf } from './compare.ts';
import { corpus, type Case } from './corpus.ts';
import type { Reason } from './expectation.ts';

const byReading: readonly Reason[] = [
  ...(['destructive-step', 'lock-avoidable', 'promise-withdrawn', 'unindexed-reference'] as const),
];
const place = { file: 'up.sql', line: 1 };
const dayMs = 24 * 60 * 60 * 1000;

function factsOf(migration: Case): RehearsalFacts {
  const { expected, script } = migration;
  const claim = claimOf(migration);
  const given = expected.given ?? {};
  const failed = claim.up === 'ends' ? null : claim.up;
  const share = (relation: string) => given.copyRatio?.[relation] ?? 1;
  const rows = Object.entries(productionBytes);
  const large = Object.keys(productionBytes).filter((name) => productionBytes[name]! > 1e9);
  const isUnasked = (name: string) => given.heldMs !== undefined || (expected.unasked ?? []).includes(name);
  const statement: StatementFacts = {
    ...{ place, durationMs: 1, walBytes: 0, failedWith: failed },
    locks: Object.entries(claim.locks).map(([relation, mode]) => ({ relation, mode, heldMs: given.heldMs ?? 1 })),
    ...{ rewrites: claim.rewrites, scans: claim.scans },
    changedWhole: expected.reasons.includes('rows-locked') ? [large[0]!] : [],
  };
  return {
    copyAgeMs: (given.copyAgeDays ?? 1) * dayMs,
    copySchema: (given.onlyInProduction ?? []).map((name) => ({ name, how: 'missing' })),
    tables: rows.map(([relation, bytes]) => ({ relation, copyBytes: bytes * share(relation), productionBytes: bytes })),
    versions: Object.entries({ server: '18.4', ...given.production }).map(([name, production]) => {
      return { name, copy: name === 'server' ? '18.4' : 'ours', production };
    }),
    statements: [statement],
    durationMs: given.budgetMs === undefined ? 1 : 180_000,
    stalls: [{ text: 'q', longestMs: given.stallMs ?? 1 }],
    oldVersion: claim.old.map((end, index) => ({
      text: script.old[index]!,
      before: { rows: 1 },
      after: end === 'passes' ? { rows: 1 } : end === 'other-rows' ? { rows: 0 } : { failedWith: end },
    })),
    asked: Object.keys(productionBytes)
      .filter((name) => !isUnasked(name))
      .map((relation) => ({ relation, modes: ['AccessShareLock'] })),
    unaskedSchemas: [],
    reshaped: (expected.unasked ?? []).map((relation) => ({ relation, how: 'changed' })),
    unmet: (given.unexercised ?? []).map((relation) => ({ relation, what: 'something', by: 'statement' })),
    goneTables: expected.reasons.some((each) => each === 'data-lost' || each === 'destructive-step') ? ['users'] : [],
    wayBack: wayBackOf(claim.back, expected.reasons),
    secondRuns: claim.again === 'same' ? [] : [{ cutAt: place, failedWith: claim.again, isSame: false }],
    invalidIndexes: claim.invalid,
    session: claim.session,
    hostileReader: 'gave-up-and-retried',
    lint: [],
  };
}

function wayBackOf(back: string, reasons: readonly Reason[]): RehearsalFacts['wayBack'] {
  if (back === 'none') return 'none';
  const good = { kind: 'down', failedWith: null, schemaDifferences: [], lostTables: [], movedSequences: [] } as const;
  if (back === 'restores') return good;
  if (back === 'forward') return { ...good, kind: 'forward-fix' };
  if (back === 'other-schema') return { ...good, schemaDifferences: ['index'] };
  if (back !== 'loses') return { ...good, failedWith: back };
  return reasons.includes('data-lost')
    ? { ...good, lostTables: ['users'] }
    : { ...good, movedSequences: ['ticket_no'] };
}

test.each(corpus().map((each) => [each.file, each] as const))('%s', (_, migration) => {
  const { decision, findings } = judgeRehearsal(factsOf(migration));
  const given = new Set(findings.map(({ reason }) => reason));
  const { expected } = migration;
  expect(expected.reasons.filter((reason) => !byReading.includes(reason) && !given.has(reason))).toEqual([]);
  const measured = expected.reasons.filter((reason) => !byReading.includes(reason));
  if (measured.some(stops)) expect(decision).toBe('no-go');
  else expect([...given].filter(stops)).toEqual([]);
});
