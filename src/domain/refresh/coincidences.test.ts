import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isCoincidence, madeOf, waysBy, type Judging, type Way } from './coincidences.ts';
import type { MaskerName } from './maskers.ts';
import { formsOf, foundIn, wordCount } from './originals.ts';
import type { Rule } from './rules.ts';

/** A permutation that anybody can take back: each digit moves by one. */
const move = (text: string, by: number): string =>
  text.replace(/\d/g, (digit) => String((Number(digit) + by + 10) % 10));
const mask = (text: string): string => move(text, 1);
const before = (by: Way['by'], text: string): string | null => (by === 'card' || by === 'ip' ? null : move(text, -1));

const maskBy = (masker: MaskerName): Rule => ({ kind: 'mask', masker, days: 60, by: null, percent: 10 });
/** A form that is an original's, and its masker. */
type Known = readonly [string, MaskerName];

/** Of the finds in a text of a value: which are coincidences. */
function judge(rule: Rule, text: string, known: readonly Known[], value: unknown = text): readonly boolean[] {
  const has = (form: string): boolean => known.some(([own]) => own === form);
  const wordCounts = new Set(known.map(([form]) => wordCount(form)));
  const find = (each: string) => foundIn(each, { wordCounts, has, mayHave: () => true });
  const isOriginal = (form: string, masker: MaskerName) => known.some(([own, by]) => own === form && by === masker);
  const places = waysBy(rule)(() => JSON.stringify(value))(text);
  return find(text).map((form) => isCoincidence({ form, text }, places, { before, isOriginal, find }));
}

/** Of enough different digits to be somebody's. */
const number = fc
  .integer({ min: 10_000_000, max: 99_999_999 })
  .map(String)
  .filter((digits) => formsOf(digits).length > 0 && formsOf(mask(digits)).length > 0);
const permuting = fc.constantFrom<MaskerName>('digits', 'token', 'iban', 'text');

test('a number that another has become is a coincidence, one that stands there as it is a leak', () => {
  fc.assert(
    fc.property(number, permuting, (was, masker) => {
      const made = mask(was);
      const known: readonly Known[] = [`#${was}`, `#${made}`].map((form) => [form, masker]);
      expect(judge(maskBy(masker), made, known)).toEqual([true]);
      expect(judge(maskBy(masker), was, known.slice(0, 1))).toEqual([false]);
      // By no other masker, and where nothing is masked, it comes of nothing.
      expect(judge(maskBy('ip'), made, known)).toEqual([false]);
      expect(judge({ kind: 'keep', because: null }, made, known)).toEqual([false]);
    }),
  );
});

test('an original of another masker explains nothing', () => {
  const streets: readonly Known[] = [
    ['12 long street', 'street'],
    ['23 long street', 'street'],
  ];
  expect(judge(maskBy('digits'), '23 Long Street', streets)).toEqual([false]);
  expect(judge(maskBy('digits'), '23 Long Street', [['12 long street', 'digits'], streets[1]!])).toEqual([true]);
});

test('what the masker has not touched is a leak, however another number beside it was made', () => {
  const phone: readonly Known[] = [
    ['491701234567', 'digits'],
    ['49 170 1234567 anna bergmann', 'digits'],
    ['anna bergmann', 'full-name'],
    ['anna@sea.example', 'email'],
  ];
  expect(judge(maskBy('digits'), mask('+49 170 1234567 (Anna Bergmann)'), phone)).toEqual([false]);
  expect(judge(maskBy('digits'), mask('0170 9876543 anna@sea.example'), phone)).toEqual([false]);
  expect(judge(maskBy('token'), 'ask Anna Bergmann', [['ask anna bergmann', 'token'], phone[2]!])).toEqual([
    false,
    false,
  ]);
});

test('in running text one number that was masked explains no other', () => {
  fc.assert(
    fc.property(number, number, (was, leaked) => {
      fc.pre(mask(leaked) !== was && mask(was) !== leaked && was !== leaked && mask(was) !== move(leaked, -1));
      const known = [was, mask(was), leaked].map((one): Known => [`#${one}`, 'text']);
      expect(judge(maskBy('text'), `call ${mask(was)}, please`, known)).toEqual([true]);
      expect(judge(maskBy('text'), `call ${mask(was)}, or ${leaked}`, known)).toEqual([true, false]);
      // The same number a second time, which nothing has made.
      expect(judge(maskBy('text'), `call ${mask(was)}, or ${leaked}`, [[`#${leaked}`, 'text']])).toEqual([false]);
    }),
  );
});

test('a short number inside a longer one that was masked is a coincidence', () => {
  const was = '+49 151 2345678';
  expect(mask(was)).toContain('3456789');
  const short: Known = ['#3456789', 'token'];
  for (const masker of ['digits', 'text'] as const) {
    expect(judge(maskBy(masker), mask(was), [['#491512345678', masker], short])).toEqual([true]);
    expect(judge(maskBy(masker), mask(was), [short])).toEqual([false]);
  }
});

test('in JSON every place counts by its own path: what is kept, and every key, is a leak', () => {
  const rule: Rule = {
    kind: 'json',
    rest: 'keep',
    paths: [
      { path: 'phone', masker: 'digits' },
      { path: 'card', masker: 'card' },
    ],
  };
  const made = mask('30012345');
  const known: readonly Known[] = ['#30012345', `#${made}`].map((form) => [form, 'digits']);
  expect(judge(rule, made, known, { phone: made })).toEqual([true]);
  expect(judge(rule, made, known, { phone: Number(made) })).toEqual([true]);
  expect(judge(rule, made, known, { note: made })).toEqual([false]);
  expect(judge(rule, made, known, { phone: made, note: made })).toEqual([false]);
  expect(judge(rule, made, known, { phone: made, deep: [{ [made]: 1 }] })).toEqual([false]);
  expect(judge(rule, made, known, { phone: 'another' })).toEqual([false]);
  const card = '4000001234567899';
  expect(judge(rule, card, [[`#${card}`, 'card']], { card })).toEqual([true]);
  expect(judge(rule, card, [[`#${card}`, 'card']], { note: card })).toEqual([false]);
});

test('what lies in a range for documentation or for tests is nobody’s', () => {
  for (const address of ['192.0.2.17', '203.0.113.9/32', '2001:db8::a7f3']) {
    const known: readonly Known[] = [[address, 'ip']];
    expect([judge(maskBy('ip'), address, known), judge(maskBy('digits'), address, known)]).toEqual([[true], [false]]);
  }
  expect(judge(maskBy('text'), 'from 198.51.100.7', [['198 51 100 7', 'ip']])).toEqual([true]);
  expect(judge(maskBy('text'), 'from 81.2.69.142', [['81 2 69 142', 'ip']])).toEqual([false]);
  for (const [card, isMade] of [
    ['4000 0012 3456 7899', true],
    ['4000 0012 3456 7898', false],
    ['4111 1111 1111 1111', false],
  ] as const)
    expect(judge(maskBy('card'), card, [[`#${card.replaceAll(' ', '')}`, 'card']])).toEqual([isMade]);
});

test('what a value of a column was made of is told for maskers that permute it whole, if it was changed and is no original', () => {
  const judging = (known: string): Judging => ({
    before,
    isOriginal: () => false,
    find: (text) => foundIn(text, { wordCounts: new Set([1]), has: (form) => form === known, mayHave: () => true }),
  });
  const few = fc.array(fc.constantFrom('4', '7'), { minLength: 8, maxLength: 12 }).map((digits) => digits.join(''));
  fc.assert(
    fc.property(fc.oneof(number, few), (was) => {
      const made = mask(was);
      const found = { form: `#${made}`, text: made };
      expect(madeOf(found, maskBy('id'), judging(found.form))).toBe(was);
      // Originals know whether one of enough different signs was there.
      for (const masker of ['digits', 'token', 'iban'] as const)
        expect(madeOf(found, maskBy(masker), judging(found.form))).toBe(formsOf(was).length === 0 ? was : null);
      // Nothing is told of what is masked otherwise, kept, or of many parts.
      for (const masker of ['card', 'ip', 'text', 'email'] as const)
        expect(madeOf(found, maskBy(masker), judging(found.form))).toBe(null);
      expect(madeOf(found, { kind: 'keep', because: null }, judging(found.form))).toBe(null);
      expect(madeOf(found, { kind: 'json', paths: [], rest: 'digits' }, judging(found.form))).toBe(null);
      expect(madeOf(found, undefined, judging(found.form))).toBe(null);
      // What was found stands in what it is said to be made of.
      expect(madeOf({ form: `#${was}`, text: made }, maskBy('id'), judging(`#${was}`))).toBe(null);
    }),
  );
  const same: Judging = { ...judging('#20203030'), before: (_, text) => text };
  expect(madeOf({ form: '#1', text: '20203031' }, maskBy('id'), same)).toBe(null);
});
