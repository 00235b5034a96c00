import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as op from './operations.ts';
import { maskText, testKernel } from './testing/copy-stream.ts';

const kernel = testKernel();
for (const name of ['Anna', 'Zoë']) kernel.learn(Buffer.from(name), 'given');
kernel.learn(Buffer.from('Berg'), 'family');
const text = (written: string): string => maskText(kernel, op.TEXT, written)!;
const one = (operation: number, written: string): string => maskText(kernel, operation, written)!;
const email = one(op.EMAIL, 'anna.b+x@sea.example');

test.each([
  ['anna.b+x@sea.example', email],
  ['Mail (anna.b+x@sea.example), please.', `Mail (${email}), please.`],
  ['<anna.b+x@sea.example>.', `<${email}>.`],
  ['to:ANNA.B+X@sea.example.', `to:${email}.`],
  ['call +49 170 1234567 now', `call ${one(op.DIGITS_ONLY, '+49 170 1234567')} now`],
  ['(0170) 123-4567', one(op.DIGITS_ONLY, '(0170) 123-4567')],
  ['ref A123456789', `ref A${one(op.DIGITS_ONLY, '123456789')}`],
  ['from 10.1.2.3 at 9', `from ${one(op.IP_TEXT, '10.1.2.3')} at 9`],
  ['Anna Berg, ZOË and berg', `${one(op.GIVEN_NAME, 'Anna')} ${one(op.FAMILY_NAME, 'Berg')}, ZOË and berg`],
  ['Zoë!', `${one(op.GIVEN_NAME, 'Zoë')}!`],
  ['Annabel at room 42, 12:30', 'Annabel at room 42, 12:30'],
  ['a @ b, @handle, x@', 'a @ b, @handle, x@'],
  ['日本 anna.b+x@sea.example', `日本 ${email}`],
])('%s', (written, expected) => expect(text(written)).toBe(expected));

test('whatever stands around it, an address, a number and a name are gone', () => {
  const around = fc.string({ unit: 'grapheme', maxLength: 30 });
  const secret = fc.constantFrom('q.secret@sea.example', '+49 170 7654321');
  fc.assert(
    fc.property(around, secret, around, (before, hidden, after) => {
      expect(text(`${before}${hidden}${after}`)).not.toContain(hidden);
    }),
    { numRuns: 1000 },
  );
});

test('a long run of words and hyphens takes time in proportion, not squared', () => {
  const long = 'a-'.repeat(200_000);
  expect(text(long)).toBe(long);
});
