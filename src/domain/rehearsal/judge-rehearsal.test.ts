import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { defaultBars } from './bars.ts';
import type { RehearsalFacts, StatementFacts } from './facts.ts';
import { judgeRehearsal } from './judge-rehearsal.ts';
import { lockModes } from './lock-mode.ts';
import { stops, type Reason } from './reason.ts';
import { goodFacts, harmlessStatement } from './testing/samples.ts';

const rank = { go: 0, 'conditional-go': 1, 'no-go': 2 };
const names = Object.keys(goodFacts) as (keyof RehearsalFacts)[];
const reasonsOf = (facts: RehearsalFacts) => judgeRehearsal(facts).findings.map(({ reason }) => reason);
const statement = (change: Partial<StatementFacts>) => ({ statements: [{ ...harmlessStatement, ...change }] });
const rowLocks = (rows: number | null, heldMs: number) =>
  statement({
    locks: [{ relation: 'users', mode: 'RowExclusiveLock', heldMs }],
    rowLocks: [{ relation: 'users', rows, of: 120_000 }],
  });
const back = (change: object) =>
  ({ wayBack: { ...(goodFacts.wayBack as object), ...change } }) as Partial<RehearsalFacts>;

test('an INVALID index of production is told with what mends it, and not by a new copy', () => {
  const copySchema = [{ name: 'INVALID index public."Us.ers".users_name', how: 'missing' }] as const;
  const { findings } = judgeRehearsal({ ...goodFacts, copySchema });
  expect(findings.map(({ reason, text }) => `${reason} ${text}`)).toEqual([
    'other-schema The index public.users_name of production is INVALID, and in no backup.',
  ]);
  expect(findings[0]!.next).toContain('DROP INDEX CONCURRENTLY public.users_name;');
});

test('a file that cannot be read is named with its place', () => {
  const unread = [{ file: '7.sql', line: 3 }];
  const [first, ...rest] = judgeRehearsal({ ...goodFacts, lint: null, unread }, defaultBars).findings;
  expect(first).toMatchObject({ reason: 'not-measured', place: unread[0], text: expect.stringContaining('say: from') });
  expect(rest).toEqual([]);
  expect(judgeRehearsal({ ...goodFacts, lint: null }, defaultBars).decision).toBe('no-go');
});

test('a batch is small in time and in rows', () => {
  expect(reasonsOf({ ...goodFacts, ...rowLocks(1_200, 3_000) })).toEqual([]);
  expect(reasonsOf({ ...goodFacts, ...rowLocks(1, 3_000) })).toEqual([]);
  expect(reasonsOf({ ...goodFacts, ...rowLocks(9_000, 400) })).toEqual([]);
});

describe('what was not measured never passes', () => {
  test('everything measured and well is a go, without findings', () => {
    expect(judgeRehearsal(goodFacts)).toEqual({ decision: 'go', findings: [] });
  });
  test.each(names)('no %s is a no-go', (name) => {
    expect(judgeRehearsal({ ...goodFacts, [name]: null })).toMatchObject({
      decision: 'no-go',
      findings: [{ reason: 'not-measured' }],
    });
  });
  test.each(['statements', 'oldVersion', 'stalls', 'versions'] as const)(
    'an empty list of %s is not measured',
    (name) => {
      expect(reasonsOf({ ...goodFacts, [name]: [] })).toEqual(['not-measured']);
    },
  );
  test('settings that only a new session gets were met by nobody', () => {
    expect(judgeRehearsal({ ...goodFacts, newSettings: ['search_path'] })).toMatchObject({
      decision: 'no-go',
      findings: [{ reason: 'not-measured', text: expect.stringContaining('other settings since (search_path)') }],
    });
    expect(judgeRehearsal({ ...goodFacts, newSettings: [] }).decision).toBe('go');
  });
  test('a schema that another role finds first was asked by nobody', () => {
    expect(judgeRehearsal({ ...goodFacts, unaskedSchemas: ['web'] })).toMatchObject({
      decision: 'no-go',
      findings: [{ reason: 'not-measured', text: expect.stringContaining('finds the schema web first') }],
    });
    expect(judgeRehearsal({ ...goodFacts, unaskedSchemas: [] }).decision).toBe('go');
  });
  test('of one that failed only the failure is told, not what could not follow', () => {
    const failed = {
      ...goodFacts,
      ...statement({ failedWith: '42P01' }),
      ...{ wayBack: null, oldVersion: null, durationMs: null },
    };
    expect(reasonsOf(failed)).toEqual(['fails']);
  });
});

test.each([
  ['command', 'Error: no knex', 'It fails, though no statement of it does, and said last: Error: no knex'],
  ['command', '', 'It fails, though no statement of it does, and printed nothing'],
  ['timeout', 'Waiting', 'It did not end within 2 min, and said last: Waiting'],
])('a command that ended with %s tells what it printed', (failedWith, said, text) => {
  const place = { file: 'the migrate command', line: 0 };
  const facts = { ...goodFacts, ...statement({ place, failedWith, said, durationMs: 120_000 }) };
  expect(judgeRehearsal(facts).findings).toMatchObject([{ reason: 'fails', place, text }]);
});

test('what a way back or a second run ends with is told in words', () => {
  const textsOf = (facts: Partial<RehearsalFacts>) =>
    judgeRehearsal({ ...goodFacts, ...facts }).findings.map(({ text }) => text);
  expect(textsOf(back({ failedWith: 'timeout' }))).toContain('The way back does not end in time.');
  expect(textsOf(back({ failedWith: '42P01' }))).toContain('The way back fails with SQLSTATE 42P01.');
  const cutAt = { file: '1.sql', line: 1 };
  expect(textsOf({ secondRuns: [{ cutAt, failedWith: 'command', isSame: false }] })).toEqual([
    'Cut off here and run again, it fails, though no statement of it does.',
  ]);
});

test('who is to list a statement is told of which table, and that one of which there is none is accepted', () => {
  const nextOf = (how: 'changed' | 'stricter') =>
    judgeRehearsal({ ...goodFacts, reshaped: [{ relation: 'countries', how }] }).findings.map(({ next }) => next);
  expect(nextOf('stricter')).toEqual([
    expect.stringMatching(
      /old-statements, with values, what the old version reads and writes of countries.*accept that/,
    ),
  ]);
  expect(nextOf('changed')).toEqual([
    expect.stringMatching(/of countries, or meet all of its statements by {2}capture\.$/),
  ]);
});

/** One fact that is worse, and the reason it must give. */
const worse: readonly [string, Partial<RehearsalFacts>, Reason][] = [
  ['F092 another major version', { versions: [{ name: 'server', copy: '18.4', production: '17.6' }] }, 'other-version'],
  [
    'F092 another extension',
    { versions: [{ name: 'extension citext', copy: '1.6', production: '1.8' }] },
    'other-version',
  ],
  [
    'F092 another collation',
    { versions: [{ name: 'collation default', copy: '2.36', production: '2.28' }] },
    'other-version',
  ],
  [
    'a copy that lacks a column of production',
    { copySchema: [{ name: 'column public.users.nick', how: 'missing' }] },
    'other-schema',
  ],
  [
    'a table changed that no listed statement asks for',
    { reshaped: [{ relation: 'settings', how: 'changed' }] },
    'not-measured',
  ],
  [
    'a constraint on a table that no listed statement asks for',
    { reshaped: [{ relation: 'settings', how: 'stricter' }] },
    'not-asked',
  ],
  ['all rows but one, for long', rowLocks(119_999, 2001), 'rows-locked'],
  ['half of a large table, quickly', rowLocks(60_000, 5), 'rows-locked'],
  ['half of it for a while', { ...rowLocks(9_000, 501) }, 'short-lock'],
  ['rows locked that nobody could count', rowLocks(null, 501), 'not-measured'],
  ['old statements that ask for nothing', { asked: [] }, 'not-measured'],
  [
    'a lock on what nobody listed, held for long',
    statement({ locks: [{ relation: 'orders', mode: 'ShareLock', heldMs: 2001 }] }),
    'lock-held',
  ],
  [
    'half of it on a copy of half the size',
    {
      tables: [{ relation: 'orders', copyBytes: 5e7, productionBytes: 1e8 }],
      ...statement({ locks: [{ relation: 'orders', mode: 'ShareLock', heldMs: 1001 }] }),
    },
    'lock-held',
  ],
  [
    'a lock held for a while',
    statement({ locks: [{ relation: 'orders', mode: 'AccessExclusiveLock', heldMs: 501 }] }),
    'short-lock',
  ],
  [
    'writers kept out where only a reader is listed',
    statement({ locks: [{ relation: 'users', mode: 'ShareLock', heldMs: 2001 }] }),
    'lock-held',
  ],
  ['a version nobody knows', { versions: [{ name: 'server', copy: '18.4', production: null }] }, 'not-measured'],
  ['a copy of eight days', { copyAgeMs: defaultBars.copyAgeMs + 1 }, 'copy-too-old'],
  ['a copy of a tenth', { tables: [{ relation: 'users', copyBytes: 4e8, productionBytes: 4e9 }] }, 'copy-too-small'],
  ['F087 a rewrite that the text did not show', statement({ rewrites: ['users'] }), 'rewrite-under-lock'],
  ['a scan while writers wait', statement({ scans: ['users'] }), 'scan-under-lock'],
  ['a scan without a lock in sight', statement({ scans: ['users'], locks: [] }), 'scan-under-lock'],
  ['F088 a table that nobody sized', statement({ rewrites: ['hidden_child'] }), 'rewrite-under-lock'],
  ['all rows in one transaction', statement({ changedWhole: ['users'] }), 'rows-locked'],
  ['a failure', statement({ failedWith: '23502' }), 'fails'],
  ['F095 a right that the role has not', statement({ failedWith: '42501' }), 'reaches-outside'],
  ['F089 a reader it waits for', { hostileReader: 'never-gave-up' }, 'never-gives-up'],
  ['F089 a retry that fails', { hostileReader: 'retry-failed' }, 'not-repeatable'],
  ['F090 an INVALID index', { invalidIndexes: ['users_email'] }, 'invalid-index'],
  ['F091 COMMIT inside', { session: ['ends-transaction'] }, 'own-transaction'],
  ['F091 lock_timeout of its own', { session: ['sets-lock-timeout'] }, 'own-lock-timeout'],
  ['F093 a way back that loses data', back({ lostTables: ['users'] }), 'data-lost'],
  ['F096 a sequence that stays where it jumped to', back({ movedSequences: ['ticket_no'] }), 'no-way-back'],
  ['a way back that fails', back({ failedWith: '23502' }), 'no-way-back'],
  ['another schema after it', back({ schemaDifferences: ['index users_email'] }), 'no-way-back'],
  ['no way back at all', { wayBack: 'none' }, 'no-way-back'],
  [
    'a book that still holds one of two',
    back({ leftInBooks: [{ relation: 'pgmigrations', more: 1, applied: 2 }] }),
    'no-way-back',
  ],
  [
    'data gone where it is forward-only',
    { goneTables: ['users'], ...back({ kind: 'forward-only' }) },
    'destructive-step',
  ],
  ['data gone under a forward fix', { goneTables: ['users'], ...back({ kind: 'forward-fix' }) }, 'destructive-step'],
  [
    'a second run that fails',
    { secondRuns: [{ cutAt: harmlessStatement.place, failedWith: '42701', isSame: false }] },
    'not-repeatable',
  ],
  [
    'a second run with other data',
    { secondRuns: [{ cutAt: harmlessStatement.place, failedWith: null, isSame: false }] },
    'not-repeatable',
  ],
  [
    'an old statement that fails',
    { oldVersion: [{ text: 'q', before: { rows: 1 }, after: { failedWith: '42703' } }] },
    'old-version-fails',
  ],
  [
    'an old statement that meets other rows',
    { oldVersion: [{ text: 'q', before: { rows: 1 }, after: { rows: 0 } }] },
    'old-version-fails',
  ],
  [
    'an old statement that never worked',
    { oldVersion: [{ text: 'q', before: { failedWith: '42P01' }, after: { failedWith: '42P01' } }] },
    'old-version-fails',
  ],
  ['a long stall', { stalls: [{ text: 'q', longestMs: 2001 }] }, 'canary-stalled'],
  ['a stall that is no number', { stalls: [{ text: 'q', longestMs: Number.NaN }] }, 'canary-stalled'],
  ['a short stall', { stalls: [{ text: 'q', longestMs: 501 }] }, 'short-stall'],
  ['over two minutes', { durationMs: 120_001 }, 'over-budget'],
];

describe('each fact that is worse is found', () => {
  test.each(worse)('%s', (_, change, reason) => {
    const { decision, findings } = judgeRehearsal({ ...goodFacts, ...change });
    expect(findings.map((each) => each.reason)).toContain(reason);
    expect(decision).toBe(stops(reason) ? 'no-go' : 'conditional-go');
    for (const each of findings) expect([each.text, each.next].every((text) => /^[A-Z].*[^ ]$/s.test(text))).toBe(true);
  });
  test.each([
    ['a small table rewritten', statement({ rewrites: ['countries'] })],
    [
      'a scan that lets writers go on',
      statement({ scans: ['users'], locks: [{ relation: 'users', mode: 'ShareUpdateExclusiveLock', heldMs: 9 }] }),
    ],
    [
      'exactly at the bars',
      { copyAgeMs: defaultBars.copyAgeMs, durationMs: defaultBars.budgetMs, stalls: [{ text: 'q', longestMs: 500 }] },
    ],
    ['data gone that the way back restores', { goneTables: ['users'] }],
    ['another minor version', { versions: [{ name: 'server', copy: '18.4', production: '18.0' }] }],
  ] as const)('%s is a go', (_, change) => {
    expect(judgeRehearsal({ ...goodFacts, ...change })).toEqual({ decision: 'go', findings: [] });
  });
});

describe('laws', () => {
  const changes = fc.subarray([...worse.map(([, change]) => change)]);
  test('beside whatever else, one that stops is a no-go, and so is one that is missing', () => {
    fc.assert(
      fc.property(changes, fc.constantFrom(...names), (some, lost) => {
        const facts = some.reduce<RehearsalFacts>((sum, change) => ({ ...sum, ...change }), goodFacts);
        const stalls = [...(facts.stalls ?? []), { text: 'q', longestMs: 9999 }];
        expect(judgeRehearsal({ ...facts, stalls }).decision).toBe('no-go');
        expect(judgeRehearsal({ ...facts, [lost]: null }).decision).toBe('no-go');
      }),
    );
  });
  test('it stops exactly when a finding stops, and goes exactly when there is none', () => {
    fc.assert(
      fc.property(changes, (some) => {
        const { decision, findings } = judgeRehearsal(
          some.reduce<RehearsalFacts>((sum, change) => ({ ...sum, ...change }), goodFacts),
        );
        expect(decision === 'no-go').toBe(findings.some(({ reason }) => stops(reason)));
        expect(decision === 'go').toBe(findings.length === 0);
      }),
    );
  });
  test('a longer stall, an older copy and a stronger lock are never judged milder', () => {
    const duration = fc.double({ min: 0, max: 1e7, noNaN: true });
    fc.assert(
      fc.property(
        duration,
        duration,
        fc.constantFrom(...lockModes),
        fc.constantFrom(...lockModes),
        (a, b, one, other) => {
          const [less, more] = [Math.min(a, b), Math.max(a, b)];
          const [weak, strong] = lockModes.indexOf(one) < lockModes.indexOf(other) ? [one, other] : [other, one];
          const judged = (longestMs: number, mode: typeof one) =>
            rank[
              judgeRehearsal({
                ...goodFacts,
                ...statement({ scans: ['users'], locks: [{ relation: 'users', mode, heldMs: 1 }] }),
                stalls: [{ text: 'q', longestMs }],
                copyAgeMs: longestMs,
              }).decision
            ];
          expect(judged(more, strong)).toBeGreaterThanOrEqual(judged(less, weak));
        },
      ),
    );
  });
});
