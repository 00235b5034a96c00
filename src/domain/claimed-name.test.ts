import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nameFault } from './claimed-name.ts';

test.each([
  'Ada',
  'Grace <grace@hello.example>',
  "Zoë d'Été",
  '李雷',
  'نیلوفر\u200cجان',
  'a  b',
  'x'.repeat(300),
  '👩‍🚀',
])('%j can act', (name) => expect(nameFault(name)).toBeNull());

test.each(['', ' ', '  ', '\u00a0', '\u3000', '\u200b\u2060', '\u3164', '\u2800', '\ufeff', '\u00ad'])(
  '%j names nobody',
  (name) => expect(nameFault(name)).toBe('it is blank'),
);

test.each([
  ['Eve\nstaging/99 9.9.9 live', 'U+000A'],
  ['Eve\u001b[31m', 'U+001B'],
  ['Eve\r', 'U+000D'],
  ['Eve\tGO', 'U+0009'],
  ['Eve\u007f', 'U+007F'],
  ['Eve\u009b31m', 'U+009B'],
  ['Eve\u0085', 'U+0085'],
  ['Eve\u2028x', 'U+2028'],
  ['Eve\u2029x', 'U+2029'],
  ['Eve\u202eadA', 'U+202E'],
  ['Eve\u2066', 'U+2066'],
  ['Eve\u200f', 'U+200F'],
  ['Eve\ud800', 'U+D800'],
])('F126 %j is refused for its %s', (name, number) => expect(nameFault(name)).toContain(number));

test('one such sign is found wherever it stands', () => {
  const signs = fc.constantFrom('\n', '\u0000', '\u001b', '\u0085', '\u2028', '\u202a', '\u2069');
  const law = fc.property(fc.string(), signs, fc.string(), (a, sign, b) => {
    expect(nameFault(`${a}${sign}${b}`)).toContain('U+');
  });
  fc.assert(law);
});
