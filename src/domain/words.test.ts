import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitWords } from './words.ts';

test.each([
  ['npm run  test', ['npm', 'run', 'test']],
  ['', []],
  ['  a ', ['a']],
  [`sh -c 'a b; c'`, ['sh', '-c', 'a b; c']],
  [`"a \\"b\\" c"`, ['a "b" c']],
  [`'a\\b'`, ['a\\b']],
  ['a\\ b c', ['a b', 'c']],
  [`a"b c"'d e'f`, ['ab cd ef']],
  [`'' ""`, ['', '']],
  ['a\tb\nc', ['a', 'b', 'c']],
  ['$HOME | * > x', ['$HOME', '|', '*', '>', 'x']],
  ['a\\', ['a\\']],
])('%s', (line, words) => {
  expect(splitWords(line)).toEqual(words);
});

test.each([`'open`, `a "b`, `"a\\"`, `'it''s`])('%s has an open quote', (line) => {
  expect(splitWords(line)).toBeNull();
});

const words = fc.array(fc.string(), { maxLength: 6 });

test('words that are quoted either way come back as they were', () => {
  const single = (word: string) => `'${word.replaceAll("'", `'"'"'`)}'`;
  const double = (word: string) => `"${word.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
  fc.assert(
    fc.property(
      words,
      fc.constantFrom(single, double),
      fc.constantFrom(' ', '  ', '\t', '\n'),
      (list, quote, blank) => {
        expect(splitWords(list.map(quote).join(blank))).toEqual(list);
      },
    ),
  );
});

test('any line gives words or null, and never throws', () => {
  fc.assert(
    fc.property(fc.string(), (line) => {
      const split = splitWords(line);
      expect(split === null || split.every((word) => typeof word === 'string')).toBe(true);
    }),
  );
});
