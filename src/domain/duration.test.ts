import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatDuration, parseDuration, parseShare, parseSize } from './duration.ts';

const unitsMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const unitsBytes = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, kB: 1e3, MB: 1e6, GB: 1e9 };
const amounts = fc.integer({ min: 0, max: 10_000 });

test('a duration is the sum of its parts', () => {
  const parts = fc.array(fc.tuple(amounts, fc.constantFrom('ms', 's', 'm', 'h', 'd')), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(parts, (list) => {
      const text = list.map(([amount, unit]) => `${amount}${unit}`).join('');
      expect(parseDuration(text)).toBe(list.reduce((sum, [amount, unit]) => sum + amount * unitsMs[unit], 0));
    }),
  );
});

test.each([
  ['500ms', 500],
  ['30s', 30_000],
  ['1m30s', 90_000],
  ['1.5h', 5_400_000],
  ['7d', 604_800_000],
  ['0s', 0],
])('%s is %i ms', (text, expected) => {
  expect(parseDuration(text)).toBe(expected);
});

test.each(['', '5', 's', '5 s', '-5s', '5S', '1w', '1e3s', '.5s', '5.s', '5s ', '5min', '5s,3s'])(
  '"%s" is no duration',
  (text) => {
    expect(parseDuration(text)).toBeNull();
  },
);

test('a size is its amount times its unit', () => {
  fc.assert(
    fc.property(amounts, fc.constantFrom('B', 'KiB', 'MiB', 'GiB', 'kB', 'MB', 'GB'), (amount, unit) => {
      expect(parseSize(`${amount}${unit}`)).toBe(amount * unitsBytes[unit]);
    }),
  );
});

test.each(['', '5', '5 MiB', '5mib', '-1B', '1TiB', '1MiB1KiB', '1e3B', 'KiB'])('"%s" is no size', (text) => {
  expect(parseSize(text)).toBeNull();
});

test.each([
  ['0.1%', 0.001],
  ['0.001', 0.001],
  ['100%', 1],
  ['1', 1],
  ['0', 0],
])('%s is a share of %d', (text, expected) => {
  expect(parseShare(text)).toBeCloseTo(expected, 12);
});

test.each(['', '%', '-1%', '1 %', '1%%', '1e-3', '.5'])('"%s" is no share', (text) => {
  expect(parseShare(text)).toBeNull();
});

test('whatever text comes in, an answer is null or a number that is not below zero', () => {
  const words = fc.oneof(fc.string(), fc.stringMatching(/^[\d.]{0,6}(ms|s|m|h|d|B|KiB|%)?$/));
  fc.assert(
    fc.property(words, (text) => {
      for (const parse of [parseDuration, parseSize, parseShare]) {
        const value = parse(text);
        expect(value === null || (Number.isFinite(value) && value >= 0)).toBe(true);
      }
    }),
  );
});

test.each([
  [-5, '0 ms'],
  [0, '0 ms'],
  [1.234, '1.23 ms'],
  [9.999, '10 ms'],
  [340.4, '340 ms'],
  [999.4, '999 ms'],
  [4_210, '4.2 s'],
  [59_940, '59.9 s'],
  [60_000, '1 min'],
  [200_000, '3 min 20 s'],
  [3_599_400, '59 min 59 s'],
  [3_599_600, '1 h'],
  [7_500_000, '2 h 5 min'],
  [7_200_000, '2 h'],
])('%d ms reads %s', (durationMs, expected) => {
  expect(formatDuration(durationMs)).toBe(expected);
});
