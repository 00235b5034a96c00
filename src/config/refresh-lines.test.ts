import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MaskerName } from '../domain/refresh/maskers.ts';
import { maskers } from '../domain/refresh/maskers.ts';
import type { Proposal } from '../domain/refresh/propose.ts';
import type { Rule } from '../domain/refresh/rules.ts';
import { firstRefreshFile, isDecided, lineOf, writtenRule } from './refresh-lines.ts';
import { understandRefresh } from './refresh.ts';

const mask = (masker: MaskerName, by: string | null = null): Rule => ({
  kind: 'mask',
  masker,
  days: 60,
  by,
  percent: 10,
});
const proposal = (column: string, rule: Rule | null, more: Partial<Proposal> = {}): Proposal => ({
  ...{ column, table: 'public.t', type: 'text', rule, confidence: 'sure', because: 'its name' },
  ...more,
});

test('a first file: rules, what is open, and types that are kept', () => {
  const kept: Rule = { kind: 'keep', because: null };
  const text = firstRefreshFile(
    [
      proposal('public.t.id', kept, { type: 'int8' }),
      proposal('public.t.email', mask('email'), { because: 'its name "email" and 100 % of 40 values' }),
      proposal('public.t.kind', { kind: 'keep', because: '3 codes' }, { because: '3 codes' }),
      proposal('public.t.bio', mask('text'), { confidence: 'likely', because: 'its name "bio"' }),
      proposal('public.t.words', null, { confidence: 'unknown', type: 'tsvector', because: 'no values' }),
    ],
    'postgresql://reader:${PASSWORD}@db/shop',
  );
  expect(text)
    .toBe(`# What of the source may stand in the copy, and as what. Proposed by "greenroom refresh plan": read it before the first refresh.
# A line with #? is not decided, and the refresh stops until it is: take the sign away if the rule is right, or write another one.

source:
  url: "postgresql://reader:\${PASSWORD}@db/shop"

columns:
  # public.t
  public.t.email: email # its name "email" and 100 % of 40 values
  public.t.kind: { keep: true, because: "3 codes" }
  #? public.t.bio: text # likely: its name "bio"
  #? public.t.words: # say what becomes of tsvector; unknown: no values

# Numbers, times and switches that nothing speaks for; a column that is new stops the refresh all the same, until somebody has looked at it.
types:
  int8: keep
`);
});

const name = fc
  .oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
    fc.constantFrom(
      'public.users.email',
      '"Odd Schema"."User Table".E-Mail',
      'a: b # c',
      "it's",
      '- x',
      'null',
      '1e3',
      '#? x',
      'a\nb',
      'é"\\',
    ),
  )
  .filter((text) => !text.includes('\0') && text.isWellFormed() && !['<<', '__proto__', 'prototype'].includes(text));
const rule: fc.Arbitrary<Rule> = fc.oneof(
  fc.constantFrom(...(Object.keys(maskers) as MaskerName[])).map((masker) => mask(masker)),
  name.map((by) => mask('date-shift', by)),
  name.map((because): Rule => ({ kind: 'keep', because })),
  name.map((value): Rule => ({ kind: 'constant', value })),
  fc.constantFrom<Rule>({ kind: 'null' }, { kind: 'keep', because: null }),
  fc
    .uniqueArray(name, { maxLength: 3 })
    .map((paths): Rule => ({ kind: 'json', paths: paths.map((path) => ({ path, masker: 'email' })), rest: 'text' })),
);

test.each(['null', 'NULL', 'true', 'no', 'Off', 'y'])('a column that is called %s is no word of YAML', (name) => {
  const rule: Rule = { kind: 'mask', masker: 'date-shift', by: name, days: 60, percent: 10 };
  const file = understandRefresh(`columns:\n  ${JSON.stringify(name)}: ${writtenRule(rule)}\n`, 'refresh.yaml');
  expect(file.ok && file.value.rules.columns[name]).toEqual(rule);
  expect(writtenRule(rule)).toContain(`by: "${name}"`);
});

test('whatever a column is called, a sure rule is read back as it was meant, and one that is not sure is none', () => {
  const each = fc.record({
    column: name,
    rule,
    because: name,
    confidence: fc.constantFrom<Proposal['confidence']>('sure', 'likely', 'unknown'),
  });
  fc.assert(
    fc.property(fc.uniqueArray(each, { minLength: 1, maxLength: 5, selector: ({ column }) => column }), (all) => {
      const proposals = all.map((one) => proposal(one.column, one.rule, one));
      const file = understandRefresh(firstRefreshFile(proposals, null), 'refresh.yaml');
      const isType = (one: Proposal): boolean => one.rule?.kind === 'keep' && one.rule.because === null;
      const decided = proposals.filter((one) => isDecided(one) && !isType(one));
      expect(file.ok && file.value.rules.columns).toEqual(
        Object.fromEntries(decided.map((one) => [one.column, one.rule])),
      );
      for (const one of proposals) expect(lineOf(one)).not.toMatch(/\n/);
    }),
  );
});
