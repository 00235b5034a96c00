import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bitsOf, formsOf, foundIn, lookedFor, partsOf, textsOf, wordCount } from './originals.ts';

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
  expect(textsOf(String.raw`["a\\", "\"b", "\\\"c\\"]`)).toEqual(['a\\', '"b', '\\"c\\']);
  const long = `\\x${'61'.repeat(9e6)}`;
  expect(textsOf(JSON.stringify([long, 'b'])).map(({ length }) => length)).toEqual([long.length, 1]);
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

test('F100 what is found without making every form is what is found with them, in any text', () => {
  const signs = [
    'a',
    'B',
    'é',
    'İ',
    '7',
    '1234567',
    '@',
    '.',
    '-',
    '_',
    ' ',
    '\n',
    '\t',
    '/',
    '(',
    '+',
    'sea.example',
    'anna',
    'K',
  ];
  const text = fc.oneof(
    fc.array(fc.constantFrom(...signs), { maxLength: 30 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 40 }),
  );
  const seen = { found: 0 };
  fc.assert(
    fc.property(text, fc.array(text, { maxLength: 4 }), fc.nat(40), fc.nat(40), (own, others, from, length) => {
      const forms = new Set(
        [own, own.slice(from, from + length), ...others].flatMap((each) => [...formsOf(each), ...partsOf(each)]),
      );
      const wordCounts = new Set([...forms].map(wordCount));
      const ends = new Set(
        [...forms].map((form) => {
          const pairAt = (at: number): number => form.charCodeAt(at) * 256 + form.charCodeAt(at + 1);
          return `${form.length} ${pairAt(0)} ${pairAt(form.length - 2)}`;
        }),
      );
      const mayHave = (...of: readonly number[]): boolean => ends.has(of.join(' '));
      const slowly = lookedFor(own, wordCounts).filter((form) => forms.has(form));
      expect(new Set(foundIn(own, { wordCounts, mayHave, has: (form) => forms.has(form) }))).toEqual(new Set(slowly));
      seen.found += slowly.length;
    }),
    { numRuns: 300 },
  );
  expect(seen.found).toBeGreaterThan(50);
});

test('bits of a text of ASCII alone are those of any text', () => {
  const slowly = (text: string): number => {
    const signs = Array.from(text.replace(/\s/g, ''));
    return signs.length * Math.log2(Math.max(1, new Set(signs).size));
  };
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
      expect(bitsOf(text)).toBe(slowly(text));
    }),
  );
});

test('a row of digits may be as long as a value', () => {
  const digits = '4155551234'.repeat(800_000);
  expect(partsOf(`call ${digits} now`)).toEqual([`#${digits}`]);
  expect(lookedFor(digits, new Set([1]))).toContain(`#${digits}`);
});
