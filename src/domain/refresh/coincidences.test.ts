import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isCoincidence, waysOf, type Way } from './coincidences.ts';
import { formsOf, foundIn, wordCount } from './originals.ts';
import type { Rule } from './rules.ts';

/** A permutation that anybody can take back: each digit moves by one. */
const move = (text: string, by: number): string =>
  text.replace(/\d/g, (digit) => String((Number(digit) + by + 10) % 10));
const mask = (text: string): string => move(text, 1);
const before = (way: Way, text: string): string | null => (way === 'card' || way === 'ip' ? null : move(text, -1));

/** Finds of a text among the originals, and which of them are coincidences. */
function judge(text: string, originals: readonly string[], ways: readonly Way[]): readonly boolean[] {
  const has = (form: string): boolean => originals.includes(form);
  const wordCounts = new Set(originals.map(wordCount));
  const found = foundIn(text, { wordCounts, has, mayHave: () => true });
  return found.map((form) => isCoincidence({ form, text, ways }, before, has));
}

/** Of enough different digits to be somebody's. */
const number = fc
  .integer({ min: 10_000_000, max: 99_999_999 })
  .map(String)
  .filter((digits) => formsOf(digits).length > 0);

test('a number that another has become is a coincidence, one that stands there as it is a leak', () => {
  fc.assert(
    fc.property(number, fc.constantFrom<Way>('digits', 'token', 'iban', 'json-number', 'text'), (was, way) => {
      const made = mask(was);
      expect(judge(made, [`#${was}`, `#${made}`], [way])).toEqual([true]);
      expect(judge(was, [`#${was}`], [way])).toEqual([false]);
      // By no other way, and where nothing is masked, it comes of nothing.
      expect(judge(made, [`#${was}`, `#${made}`], ['ip'])).toEqual([false]);
      expect(judge(made, [`#${was}`, `#${made}`], [])).toEqual([false]);
    }),
  );
});

test('in running text one number that was masked explains no other', () => {
  fc.assert(
    fc.property(number, number, (was, leaked) => {
      fc.pre(mask(leaked) !== was && mask(was) !== leaked && was !== leaked);
      const forms = [was, mask(was), leaked].map((one) => `#${one}`);
      expect(judge(`call ${mask(was)}, please`, forms, ['text'])).toEqual([true]);
      expect(judge(`call ${mask(was)}, or ${leaked}`, forms, ['text'])).toEqual([true, false]);
      // The same number a second time, which nothing has made.
      expect(judge(`call ${mask(was)}, or ${leaked}`, [`#${leaked}`], ['text'])).toEqual([false]);
    }),
  );
});

test('a short number inside a longer one that was masked is a coincidence', () => {
  const was = '+49 151 2345678';
  expect(mask(was)).toContain('3456789');
  expect(judge(mask(was), ['#491512345678', '#3456789'], ['digits'])).toEqual([true]);
  expect(judge(`call ${mask(was)}!`, ['#491512345678', '#3456789'], ['text'])).toEqual([true]);
  expect(judge(`call ${mask(was)}!`, ['#3456789'], ['text'])).toEqual([false]);
});

test('words are never made by a masker of running text', () => {
  expect(judge('ask Annabel Bergmann', ['annabel bergmann'], ['text', 'digits', 'token'])).toEqual([false]);
});

test('what lies in a range for documentation or for tests is nobody’s', () => {
  for (const address of ['192.0.2.17', '203.0.113.9/32', '2001:db8::a7f3'])
    expect([judge(address, [address], ['ip']), judge(address, [address], ['digits'])]).toEqual([[true], [false]]);
  expect(judge('from 198.51.100.7', ['198 51 100 7'], ['text'])).toEqual([true]);
  expect(judge('from 81.2.69.142', ['81 2 69 142'], ['text'])).toEqual([false]);
  expect(judge('4000 0012 3456 7899', ['#4000001234567899'], ['card'])).toEqual([true]);
  expect(judge('4111 1111 1111 1112', ['#4111111111111112'], ['card'])).toEqual([false]);
});

test('the ways of a column are those of its maskers', () => {
  const json: Rule = { kind: 'json', rest: 'text', paths: [{ path: 'a', masker: 'token' }] };
  expect(waysOf(json)).toEqual(['token', 'text', 'json-number']);
  expect(waysOf({ ...json, rest: 'keep', paths: [] })).toEqual([]);
  expect(waysOf({ kind: 'keep', because: 'made up' })).toEqual([]);
  expect(waysOf({ kind: 'mask', masker: 'digits', days: 60, by: null, percent: 10 })).toEqual(['digits']);
  expect(waysOf({ kind: 'mask', masker: 'email', days: 60, by: null, percent: 10 })).toEqual([]);
  expect(waysOf(undefined)).toEqual([]);
});
