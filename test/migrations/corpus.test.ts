// Whether the expectations agree with themselves and cover what they should; truth.test.ts asks a real database.
import { describe, expect, test } from 'vitest';
import { productionBytes, stoppingBytes } from './base.ts';
import { eugene, squawk, strongMigrations } from './classes.ts';
import { claimOf } from './compare.ts';
import { corpus, type Case } from './corpus.ts';
import type { Reason } from './expectation.ts';

const cases = corpus();
const bad = cases.filter(({ kind }) => kind === 'bad');
const safe = cases.filter(({ kind }) => kind === 'safe');
const conditional: readonly Reason[] = [
  ...([
    'copy-too-small',
    'not-asked',
    'destructive-step',
    'lock-avoidable',
    'promise-withdrawn',
    'unindexed-reference',
  ] as const),
];
const isLarge = (name: string) => (productionBytes[name] ?? 0) > stoppingBytes;

/** What of an expectation must go with which reason; the two ways. */
function disagreements({ expected, script, name }: Pick<Case, 'expected' | 'script' | 'name'>): readonly string[] {
  const claim = claimOf({ expected, script });
  const given = expected.given ?? {};
  const fails = claim.up !== 'ends';
  const isBack = claim.back === 'restores' || claim.back === 'forward';
  const demands: [Reason, boolean][] = [
    ['rewrite-under-lock', claim.rewrites.some(isLarge)],
    ['scan-under-lock', claim.scans.some((table) => isLarge(table) && !claim.rewrites.includes(table))],
    ['old-version-fails', claim.old.some((each) => each !== 'passes') && given.login !== 'unsaid'],
    ['fails', fails],
    ['not-repeatable', claim.again !== 'same'],
    ['invalid-index', claim.invalid.length > 0],
    ['own-transaction', claim.session.some((each) => each !== 'sets-lock-timeout')],
    ['own-lock-timeout', claim.session.includes('sets-lock-timeout')],
    ['canary-stalled', (given.stallMs ?? 0) > 2000],
    ['lock-held', (given.heldMs ?? 0) > 2000],
    ['not-measured', (expected.unasked ?? []).length > 0],
    ['not-asked', (given.unexercised ?? []).length > 0],
    ['copy-too-old', (given.copyAgeDays ?? 0) > 7],
    ['other-schema', (given.onlyInProduction ?? []).length > 0],
    ['copy-too-small', Object.values(given.copyRatio ?? {}).some((ratio) => ratio < 0.5)],
    ['over-budget', given.budgetMs !== undefined],
  ];
  const decision = expected.reasons.some((each) => !conditional.includes(each))
    ? 'no-go'
    : expected.reasons.length > 0
      ? 'conditional-go'
      : 'go';
  const losesOrEnds = expected.reasons.some(
    (each) => each === 'no-way-back' || each === 'data-lost' || each === 'own-transaction',
  );
  return [
    ...demands
      .filter(([reason, isSo]) => expected.reasons.includes(reason) !== isSo)
      .map(([reason, isSo]) => `${name}: ${reason} is ${isSo ? 'not given' : 'given without cause'}`),
    ...(decision === expected.decision ? [] : [`${name}: its reasons say ${decision}`]),
    ...(isBack || fails || claim.invalid.length > 0 || losesOrEnds
      ? []
      : [`${name}: no way back, and no reason says so`]),
  ];
}

describe('expectations', () => {
  test('at least 60 bad and 40 safe migrations', () => {
    expect(bad.length).toBeGreaterThanOrEqual(60);
    expect(safe.length).toBeGreaterThanOrEqual(40);
  });
  test.each(cases.map((each) => [each.name, each] as const))('%s agrees with itself', (_, each) => {
    expect(disagreements(each)).toEqual([]);
    expect(each.script.up).not.toBe('');
  });
  test('every bad one says how it is done safely and every safe one what it looks like', () => {
    expect(bad.filter(({ expected }) => !expected.safer || expected.decision === 'go').map(({ name }) => name)).toEqual(
      [],
    );
    const names = new Set(bad.map(({ name }) => name));
    expect(safe.filter(({ expected }) => !names.has(expected.looksLike ?? '')).map(({ name }) => name)).toEqual([]);
    expect(safe.filter(({ expected }) => expected.decision === 'no-go').map(({ name }) => name)).toEqual([]);
  });
  test('every reason is asked for', () => {
    const asked = new Set(bad.flatMap(({ expected }) => expected.reasons));
    expect([...asked].toSorted()).toEqual(
      [
        ...(['lock-held', 'not-asked', 'not-measured'] as const),
        ...(['canary-stalled', 'copy-too-old', 'copy-too-small', 'data-lost', 'destructive-step', 'fails'] as const),
        ...([
          'invalid-index',
          'lock-avoidable',
          'no-way-back',
          'not-repeatable',
          'old-version-fails',
          'other-schema',
        ] as const),
        ...(['other-version', 'over-budget', 'own-lock-timeout', 'own-transaction', 'promise-withdrawn'] as const),
        ...([
          'reaches-outside',
          'rewrite-under-lock',
          'rows-locked',
          'scan-under-lock',
          'unindexed-reference',
        ] as const),
      ].toSorted(),
    );
  });
  test.each([
    ['squawk', squawk],
    ['eugene', eugene],
    ['strong_migrations', strongMigrations],
  ] as const)('every rule of %s has its migrations', (_, classes) => {
    const names = new Set(cases.map(({ name }) => name));
    const held = Object.values(classes).flatMap((each) => ('leftOut' in each ? [] : each));
    expect(held.filter((name) => !names.has(name))).toEqual([]);
    expect(held.length).toBeGreaterThan(10);
  });
});

describe('controls', () => {
  const [rename] = bad.filter(({ name }) => name === 'rename-column');
  test.each([
    ['a reason too few', { reasons: [] }],
    ['a reason too many', { reasons: ['old-version-fails', 'scan-under-lock'] }],
    ['the wrong decision', { decision: 'conditional-go' }],
    ['an outcome without its reason', { up: '42601' }],
    ['no way back without its reason', { back: '23502' }],
  ] as const)('%s is found', (_, change) => {
    expect(disagreements({ ...rename!, expected: { ...rename!.expected, ...change } })).not.toEqual([]);
  });
});
