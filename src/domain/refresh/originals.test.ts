import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bitsOf, formsOf, lookedFor, partsOf, textsOf, wordCount } from './originals.ts';

test('what says nothing about anybody is no original', () => {
  for (const text of ['42', 'Anna', 'true', 'Hamburg', '', '  ', '2024-01', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'])
    expect([text, formsOf(text), bitsOf(text) < 20]).toEqual([text, [], true]);
  for (const text of ['anna@sea.example', '+49 170 1234567', 'Anna Berger', '81.2.69.142', 'sk_live_a8Zx91'])
    expect([text, formsOf(text).length > 0]).toEqual([text, true]);
});

test('F100 an original is found in every hiding place of a text', () => {
  const originals = [
    'Anna@Sea.example',
    '+49 (170) 123-4567',
    'Anna-Lena Berger',
    'sk_live_a8Zx91',
    '12 Long Street',
    '81.2.69.142',
  ];
  const places = [
    (text: string) => text,
    (text: string) => ` ${text.toUpperCase()} `,
    (text: string) => `call ${text}, or not`,
    (text: string) => `from=${text};to=nobody`,
    (text: string) => `(${text})`,
    (text: string) => `one\n${text}\ntwo`,
  ];
  for (const original of originals)
    for (const [i, place] of places.entries()) {
      const found = new Set(lookedFor(place(original), new Set(formsOf(original).map(wordCount))));
      expect([original, i, formsOf(original).some((form) => found.has(form))]).toEqual([original, i, true]);
    }
  expect(partsOf('write to anna@sea.example or 0170 1234567')).toEqual(['anna@sea.example', '#01701234567']);
});

test('F100 texts of JSON: keys, arrays, escapes, keys that stand there twice', () => {
  expect(textsOf('{"a":["x\\u0041\\"", 1234567, 12, null],"a":{"b":"y"}}')).toEqual([
    'a',
    'xA"',
    '1234567',
    'a',
    'b',
    'y',
  ]);
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const found = textsOf(JSON.stringify(value));
      const walk = (each: unknown): void => {
        if (typeof each === 'string') expect(found).toContain(each);
        else if (Array.isArray(each)) each.forEach(walk);
        else if (each !== null && typeof each === 'object')
          for (const [key, member] of Object.entries(each)) [key, member].forEach(walk);
      };
      walk(value);
    }),
  );
});
