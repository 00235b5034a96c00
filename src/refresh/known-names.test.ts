import { expect, test } from 'vitest';
import { wordsOf } from './known-names.ts';

const told = (value: string, rule: Parameters<typeof wordsOf>[1]): string =>
  wordsOf(value, rule)
    .map(({ word, kind }) => `${kind} ${word}`)
    .join(', ');

test('words of names are of the kind that their masker takes them for; one letter is nobody', () => {
  expect(told('Anna Maria', 'given-name')).toBe('given Anna, given Maria');
  expect(told('von Berg', 'family-name')).toBe('family von, family Berg');
  expect(told('Anna M. Berg', 'full-name')).toBe('given Anna, family Berg');
  expect(told('Berg, Anna', 'full-name')).toBe('family Berg, given Anna');
  expect(told('Anna', 'full-name')).toBe('given Anna');
  expect(told('  ', 'full-name')).toBe('');
});
