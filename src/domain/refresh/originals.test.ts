import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textsOf } from './json-texts.ts';
import { bitsOf, formsOf, foundIn, partsOf, wordCount } from './originals.ts';

/** What is found of these forms, as the kernel's set says of them: ends and lengths in bytes, and how many words. */
function wantedOf(all: readonly string[]) {
  const forms = new Set(all);
  const ends = new Set(
    all.map((form) => {
      const bytes = Buffer.from(form);
      return `${bytes.length} ${bytes.readUInt16BE(0)} ${bytes.readUInt16BE(bytes.length - 2)}`;
    }),
  );
  return {
    wordCounts: new Set(all.map(wordCount)),
    mayHave: (...of: readonly number[]): boolean => ends.has(of.join(' ')),
    has: (form: string): boolean => forms.has(form),
  };
}

/** Every form that could stand in the text, one after the other. */
function everyForm(text: string): ReadonlySet<string> {
  const folded = text.normalize('NFC').toLowerCase().trim();
  const words = [...folded.matchAll(/[\p{L}\p{N}_-]+/gu)].map(({ 0: word, index }) => ({ word, index }));
  const runs = words.flatMap(({ index: from }, i) =>
    words.slice(i, i + 5).flatMap(({ word, index }, more) => {
      const own = words.slice(i, i + more + 1).map((each) => each.word);
      const asItStands = folded.slice(from, index + word.length);
      return [own.join(' '), ...(/^[\p{L}\p{N}_-]+(?:[ .][\p{L}\p{N}_-]+)*$/u.test(asItStands) ? [asItStands] : [])];
    }),
  );
  const numbers = [...folded.matchAll(/\d[\d ()./-]*/g), ...folded.matchAll(/\d{7,}/g)].map(
    ([digits]) => `#${digits.replaceAll(/\D/g, '')}`,
  );
  const bare = [...folded.matchAll(/(?<=([\p{L}\p{N}_.+-]*))@(?=([\p{L}\p{N}_.-]*))/gu)]
    .map(([, before, after]) => [before!.replace(/^[_.+-]+/, ''), after!.replace(/[_.-]+$/, '')] as const)
    .filter((ends) => !ends.includes(''))
    .map((ends) => ends.join('@'));
  const greedy = folded.match(/[^\s@<>"'(),;:=[\]{}]+@[^\s@<>"'(),;:=[\]{}]+\.[\p{L}\d-]{2,}/gu) ?? [];
  const uuids = words.flatMap(({ word }) =>
    /^(?:[\da-f]{32}|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/.test(word)
      ? [word.replaceAll('-', ''), word.replaceAll('-', '').replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')]
      : [],
  );
  const glued = [...folded.matchAll(/[^\s"'<>(){}[\],;\u2010-\u2027]+/g)].flatMap(([stretch]) => {
    const inside = [...stretch.matchAll(/[\p{L}\p{N}_-]+/gu)];
    if (inside.length < 6) return [];
    const end = inside.at(-1)!.index + inside.at(-1)![0].length;
    return inside
      .filter(({ index }, i) => i === 0 || stretch[index - 1] === '=')
      .map(({ index }) => stretch.slice(index, end));
  });
  return new Set([folded.slice(0, 512), ...glued, ...runs, ...numbers, ...bare, ...greedy, ...uuids]);
}

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
    '81.22.12.18',
    '2001:db8:17:2:a3:4:5:6',
    'https://sea.example/people/anna/7/album/3?of=berger',
    'Lange Allee 12, 20099 Köln, Deutschland',
    '550e8400-e29b-41d4-a716-446655440000',
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
      expect([original, i, foundIn(place(original), wantedOf(formsOf(original))).length > 0]).toEqual([
        original,
        i,
        true,
      ]);
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
    '81.2.6.4',
    '_',
    'x://a.b/c/d?e=f:g/',
    '=',
    '0123456789abcdef0123456789abcdef',
    '01234567-89ab-cdef-0123-456789abcdef',
  ];
  const text = fc.oneof(
    fc.array(fc.constantFrom(...signs), { maxLength: 30 }).map((parts) => parts.join('')),
    fc.string({ unit: 'binary', maxLength: 40 }),
  );
  const seen = { found: 0 };
  fc.assert(
    fc.property(text, fc.array(text, { maxLength: 4 }), fc.nat(40), fc.nat(40), (own, others, from, length) => {
      const forms = [own, own.slice(from, from + length), ...others].flatMap((each) => [
        ...formsOf(each),
        ...partsOf(each),
      ]);
      const slowly = forms.filter((form) => everyForm(own).has(form));
      expect(new Set(foundIn(own, wantedOf(forms)))).toEqual(new Set(slowly));
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
  expect(foundIn(digits, wantedOf([`#${digits}`]))).toEqual([`#${digits}`]);
});
