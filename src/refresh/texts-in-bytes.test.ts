// Stretches of text are those that a decoder leaves between what is none; the same bytes give the same texts as they come and as PostgreSQL writes them.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as op from '../kernel/operations.ts';
import { decodedIn, findsIn, gatheringOf, readingOf, textsIn } from './look-at.ts';
import { isWritten, textsDecoded, textsInBytes, writtenBytes } from './texts-in-bytes.ts';

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
      if (bytes.length >= 8)
        for (const written of [`("\\\\x${bytes.toString('hex')}",7)`, `/a/${bytes.toString('base64url')}`])
          expect(textsDecoded(written)).toEqual(expect.arrayContaining([...texts]));
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
  const json = Buffer.from(JSON.stringify([`\\x${bytes.toString('hex')}`]));
  expect(decodedIn(op.LOOK_JSON, textsIn(op.LOOK_JSON, json))).toContain(mail);
  expect(textsDecoded(bytes.toString('base64'))).toContain(mail);
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

test('F100 what stands in a text in other signs is read too', () => {
  const mail = 'anna.b@sea.example';
  const coded = (encoding: 'base64' | 'base64url' | 'hex', text = mail) => Buffer.from(text).toString(encoding);
  const token = ['{"alg":"HS256"}', `{"sub":"7","email":"${mail}"}`].map((part) => coded('base64url', part)).join('.');
  const escaped = [...mail].map((sign) => `%${sign.charCodeAt(0).toString(16)}`).join('');
  for (const text of [
    ...[coded('base64'), coded('base64url'), coded('hex'), coded('hex').toUpperCase()],
    ...[`Bearer ${token}.c2lnbmF0dXJl`, `/reset/${coded('base64url')}/now`, `see "${coded('base64', `${mail}??>>`)}"`],
    ...['/login?email=anna.b%40sea.example&next=%2F', escaped, String.raw`{"mail":"anna.b\u0040sea.example"}`],
  ])
    expect(textsDecoded(text).some((each) => each.includes(mail))).toBe(true);
  expect(textsDecoded('J%C3%BCrgen Schr\\u00f6der')).toEqual(['Jürgen Schröder']);
  expect(textsDecoded(String.raw`{"to":"\n${mail}\r\t"}`)).toEqual([`{"to":" ${mail}  "}`]);
  for (const text of [
    '',
    '%',
    '%4',
    'half %zz',
    String.raw`\u00`,
    String.raw`\U0040sea.example`,
    'nothing of the kind',
    'c2hvcnQ=',
    '6162636465',
  ])
    expect(textsDecoded(text)).toEqual([]);
});
