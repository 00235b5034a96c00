// Stretches of text are those that a decoder leaves between what is none; the same bytes give the same texts as they come and as PostgreSQL writes them.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as op from '../kernel/operations.ts';
import { findsIn, gatheringOf, readingOf, textsIn } from './look-at.ts';
import { isWritten, textsInBytes, textsInWritten, writtenBytes } from './texts-in-bytes.ts';

// oxlint-disable-next-line no-control-regex -- all that stands in no text
const betweenTexts = /[\0-\x08\x0e-\x1f\x7f\ufffd]+/;
const decoded = (bytes: Buffer): readonly string[] =>
  bytes
    .toString()
    .split(betweenTexts)
    .filter(({ length }) => length >= 8);

test('F100 every stretch of text is seen, whatever stands around it', () => {
  let seen = 0;
  const byte = fc.constantFrom(
    0,
    9,
    0x1f,
    0x41,
    0x7f,
    0x80,
    0x8f,
    0x90,
    0x9f,
    0xa0,
    0xbd,
    0xbf,
    0xc1,
    0xc2,
    0xe0,
    0xed,
    0xef,
    0xf0,
    0xf4,
    0xf5,
  );
  const part = fc.oneof(
    fc.array(byte, { maxLength: 8 }).map((each) => Buffer.from(each)),
    fc.uint8Array({ maxLength: 12 }).map((each) => Buffer.from(each)),
    fc.string({ unit: 'binary', maxLength: 12 }).map((each) => Buffer.from(each)),
    fc.constantFrom('ask Anna', 'Zoë 😀', '\ufffd', '\ufeff').map((each) => Buffer.from(each)),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
      const bytes = Buffer.concat(parts);
      const texts = textsInBytes(bytes);
      expect(texts).toEqual(decoded(bytes));
      if (bytes.length >= 8) expect(textsInWritten(`("\\\\x${bytes.toString('hex')}",7)`)).toEqual(texts);
      seen += texts.length;
    }),
    { numRuns: 3_000 },
  );
  expect(seen).toBeGreaterThan(1_000);
});

test('F100 bytes of any length, written too', () => {
  const mail = 'ask person7@sea.example, please';
  const bytes = Buffer.concat([Buffer.alloc(5_000_000, 'x\0'), Buffer.from(mail), Buffer.alloc(5_000_000)]);
  expect(textsInBytes(bytes)).toEqual([`${mail}`]);
  expect(textsInWritten(`\\x${bytes.toString('hex')}`)).toEqual([mail]);
  expect(textsIn(op.LOOK_JSON, Buffer.from(JSON.stringify([`\\x${bytes.toString('hex')}`]))).slice(1)).toEqual([mail]);
});

test('F100 bytes are looked for as a whole, as what was gathered of them, and digits between letters are nobody’s number', () => {
  expect(readingOf('b', 'bytea')).toEqual({ value: '"b"', kind: op.LOOK_BYTES });
  const rule = { kind: 'mask', masker: 'bytes', days: 1, by: null, percent: 1 } as const;
  expect(gatheringOf({ name: 'b', type: 'bytea', rule, isEntity: false })).toMatchObject({
    ...{ value: 'to_json("b")::text', kind: op.LOOK_JSON },
  });
  const [long, digits] = [Buffer.alloc(3_000, 'a\xff', 'latin1'), Buffer.from('4155551234567890', 'hex')];
  expect(writtenBytes(long)).toBe(`\\x${long.toString('hex')}`.slice(0, 512));
  expect(textsIn(op.LOOK_BYTES, digits)).toEqual(['\\x4155551234567890']);
  const wanted = (...forms: string[]) => ({
    ...{ wordCounts: new Set([1]), has: (form: string) => forms.includes(form), mayHave: () => true },
  });
  const found = (bytes: Buffer, ...forms: string[]) =>
    textsIn(op.LOOK_BYTES, bytes).flatMap((text) => findsIn(op.LOOK_BYTES, text, wanted(...forms)));
  const mixed = Buffer.from('ff4155551234567890ff', 'hex');
  expect(found(long, writtenBytes(long))).toEqual([writtenBytes(long)]);
  expect(found(mixed, '#4155551234567890')).toEqual([]);
  expect(found(digits, '#4155551234567890')).toEqual(['#4155551234567890']);
  expect(['\\xff', '\\x41', '\\xfg', 'xff', '\\xff '].map(isWritten)).toEqual([true, false, false, false, false]);
});
