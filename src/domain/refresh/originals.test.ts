import fc from 'fast-check';
import { expect, test } from 'vitest';
import { textsOf } from './json-texts.ts';
import { bitsOf, formsOf, foundIn, numbersOf, partsOf, wordCount } from './originals.ts';

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
  const numbers = [...folded.replaceAll(/\p{Zs}/gu, ' ').matchAll(/\d[\d ()./-]*/g), ...folded.matchAll(/\d{7,}/g)].map(
    ([digits]) => `#${digits.replaceAll(/\D/g, '')}`,
  );
  const bare = [...folded.matchAll(/(?<=([\p{L}\p{N}_.+'-]*))@(?=([\p{L}\p{N}_.-]*))/gu)]
    .map(([, before, after]) => [before!.replace(/^[_.+'-]+/, ''), after!.replace(/[_.-]+$/, '')] as const)
    .filter((ends) => !ends.includes(''))
    .map((ends) => ends.join('@'));
  const greedy = folded.match(/[^\s@<>"'(),;:=[\]{}]+@[^\s@<>"'(),;:=[\]{}]+\.[\p{L}\d-]{2,}/gu) ?? [];
  const uuids = words.flatMap(({ word }) =>
    (word.match(/(?<![\da-z])(?:[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|[\da-f]{32})(?![\da-z])/g) ?? []).flatMap(
      (uuid) => {
        const digits = uuid.replaceAll('-', '');
        return [digits, digits.replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')];
      },
    ),
  );
  const trimEnd = (each: string): string => each.replace(/[^\p{L}\p{N}_-]*$/u, '');
  const glued = folded.split(/[\s"'<>(){}[\],;]|[^\p{L}\p{N}\0-\x7f]/u).flatMap((each) => {
    const stretch = trimEnd(each.replace(/^[^\p{L}\p{N}_-]+/u, ''));
    if ((stretch.match(/[\p{L}\p{N}_-]+/gu)?.length ?? 0) < 6) return [];
    const begins = [...stretch.matchAll(/(?<=.)[=:|](?=[\p{L}\p{N}_-])/gsu)].slice(0, 4);
    return [stretch, ...begins.map(({ index }) => stretch.slice(index + 1))].flatMap((from) => {
      const ends = [...from.matchAll(/(?<=.)[&|#%]/gs)].slice(0, 4);
      return [from, from.replace(/\/\d{1,3}$/, ''), ...ends.map(({ index }) => from.slice(0, index))].map(trimEnd);
    });
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

test('F100 an original is found as others write it', () => {
  const url = 'https://sea.example/people/anna/7?of=berger';
  const address = '2001:db8:17:2:a3:4:5:6';
  const uuid = '550e8400-e29b-41d4-a716-446655440000';
  const ways: readonly (readonly [original: string, text: string])[] = [
    ...['**anna@sea.example**', '/users/anna@sea.example/', `mail='anna@sea.example'`, 'x|anna@sea.example|y'].map(
      (text) => ['anna@sea.example', text] as const,
    ),
    ...['n/a anna@sea.example', 'Anna <anna@sea.example>', 'anna@sea.example/bob@sea.example'].map(
      (original) => [original, 'to anna@sea.example'] as const,
    ),
    ["o'brien@sea.example", "to o'brien@sea.example, now"],
    ['+49 (0)171 / 884-2213', 'call +49\u00a0(0)171\u202f/\u00a0884-2213'],
    ...[`<${url}|Anna>`, `a|${url}|b`, `to=${url}&state=x`, `url:${url}`, `${url}#top`, `link→${url}`].map(
      (text) => [url, text] as const,
    ),
    ...[`${address}/64`, `ip:${address}`, `from ${address}%eth0`, `${address}#53`, `[${address}]:443`].map(
      (text) => [address, text] as const,
    ),
    [`${address}/64`, `${address}/48`],
    ['::ffff:81.2.69.142', 'from 81.2.69.142:80'],
    ...[uuid.replaceAll('-', ''), `user-${uuid}`, `${uuid}_thumb`].map((text) => [uuid, text] as const),
    [uuid.replaceAll('-', ''), `file_${uuid}`],
    ['ab/cd+ef/gh12+ij/kl34+mn==', 'key ab/cd+ef/gh12+ij/kl34+mn== is'],
  ];
  for (const [original, text] of ways)
    expect([original, text, foundIn(text, wantedOf(formsOf(original))).length > 0]).toEqual([original, text, true]);
  for (const iban of ['DE44500105175407324931', 'GB29NWBK60161331926819'])
    expect(foundIn(`to ${iban.replaceAll(/.{4}/g, '$& ')}now`, wantedOf(numbersOf(iban)))).toHaveLength(1);
  const street = formsOf('12 Long Street, Flat 3, Hamburg', true);
  expect(foundIn('at 12 Long Street, Flat 3 in Hamburg', wantedOf(street))).toEqual(['12 long street flat 3']);
});

test('what everybody has is nobody’s original', () => {
  for (const text of ['127.0.0.1', '127.0.0.1/8']) expect([text, formsOf(text)]).toEqual([text, []]);
  expect(formsOf('::ffff:127.0.0.1')).toEqual(['::ffff:127.0.0.1', 'ffff 127 0 0 1']);
  const forms = [
    ...formsOf('git@github.com:acme/app.git'),
    ...partsOf(
      '<script src="https://cdn.example/npm/bootstrap@5.3.0/dist/bootstrap.js">, ssh://git@github.com/acme/app.git',
    ),
    ...formsOf('Prof. Dr. Dr. h. c. Anna Berger'),
    ...formsOf('https://res.example/acme/image/upload/My photo.jpg'),
    ...formsOf('Avenida de los Reyes Nuevos 12, 3 B', true),
  ];
  for (const text of [
    ...[
      'http://127.0.0.1:8080/health',
      'git@github.com:other/tool.git',
      'https://unpkg.example/bootstrap@5.3.0/dist/x.css',
    ],
    ...['Prof. Dr. Dr. h.c. Otto Klein', 'https://res.example/acme/logo.png', 'Avenida de los Reyes Nuevos 40'],
  ])
    expect([text, foundIn(text, wantedOf(forms))]).toEqual([text, []]);
});

test('F100 texts of megabytes are looked through in one pass', () => {
  const wanted = wantedOf(formsOf(`id-a${'/ba'.repeat(600)}/11`));
  const texts = [
    'k=some-value&'.repeat(80_000),
    'あ=い&'.repeat(100_000),
    `あ${'。'.repeat(5.5e6)}あ`,
    'あ'.repeat(5.5e6),
  ];
  for (const text of [...texts, `x=${'id&='.repeat(250_000)}11`]) expect(foundIn(text, wanted)).toEqual([]);
}, 60_000);

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
    '|',
    '/64',
    '#%&',
    "'",
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
