import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as op from './operations.ts';
import type { JsonNode } from './program.ts';
import { asText, column, int32, maskText, testKernel } from './testing/copy-stream.ts';

const kernel = testKernel();
const node = (
  operation: number,
  keys: Record<string, JsonNode> = {},
  elements: JsonNode | null = null,
  anyKey: JsonNode | null = null,
): JsonNode => ({ operation, keys, elements, anyKey });
const mask = (root: JsonNode, text: string): string | null =>
  asText(kernel.mask(column(op.JSON_TEXT, root), Buffer.from(text)));
const one = (operation: number, text: string): string => maskText(kernel, operation, text)!;

describe('paths', () => {
  const root = node(op.KEEP, {
    user: node(op.KEEP, { email: node(op.EMAIL), phones: node(op.KEEP, {}, node(op.DIGITS_ONLY)) }),
    any: node(op.KEEP, {}, null, node(op.TOKEN)),
  });
  test('what a path names is masked as its column would be, the rest stays to the byte', () => {
    const text =
      '{ "user" : {"email":"anna@sea.example","age":41, "phones":["+49 170 1234567", null]},"any":{"a":"Secret1"} , "n":[1,{"email":"x"}]}';
    expect(mask(root, text)).toBe(
      text
        .replace('anna@sea.example', one(op.EMAIL, 'anna@sea.example'))
        .replace('+49 170 1234567', one(op.DIGITS_ONLY, '+49 170 1234567'))
        .replace('Secret1', one(op.TOKEN, 'Secret1')),
    );
  });
  test('a path that holds something else than a text is masked all the same', () => {
    const masked = JSON.parse(mask(root, '{"user":{"email":{"deep":["anna@sea.example"],"k":4155550100}}}')!);
    expect(masked.user.email.deep).toEqual([one(op.EMAIL, 'anna@sea.example')]);
    expect(String(masked.user.email)).not.toContain('anna');
    const [[key, number]] = Object.entries(masked.user.email).slice(1) as [[string, number]];
    expect(key).toBe('k');
    expect(number).not.toBe(4155550100);
    expect(String(number)).toHaveLength(10);
  });
  test('a key is found however it is escaped', () =>
    expect(mask(root, '{"user":{"\\u0065mail":"anna@sea.example"}}')).toContain(one(op.EMAIL, 'anna@sea.example')));
});

test('F100 with text as the rest, an address in a key is masked too', () => {
  const masked = mask(
    node(op.TEXT),
    '{"anna@sea.example":true,"note":"call +49 170 1234567","n":4155550100,"small":12}',
  )!;
  expect(JSON.parse(masked)).toEqual({
    [one(op.EMAIL, 'anna@sea.example')]: true,
    note: one(op.TEXT, 'call +49 170 1234567'),
    n: expect.any(Number),
    small: 12,
  });
  expect(masked).not.toContain('4155550100');
});

test('escapes: the mask is that of the plain text, and the result is JSON again', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.boolean(), (text, everything) => {
      const written = everything
        ? `"${Array.from({ length: text.length }, (_, i) => `\\u${text.charCodeAt(i).toString(16).padStart(4, '0')}`).join('')}"`
        : JSON.stringify(text);
      expect(JSON.parse(mask(node(op.TOKEN), written)!)).toBe(one(op.TOKEN, text));
    }),
    { numRuns: 300 },
  );
});

test('any JSON: kept to the byte without a rule; with one, the same shape and none of the texts', () => {
  fc.assert(
    fc.property(fc.jsonValue({ stringUnit: 'grapheme' }), fc.nat(3), (value, indent) => {
      const text = JSON.stringify(value, null, indent);
      expect(mask(node(op.KEEP), text)).toBe(text);
      const masked = mask(node(op.KEEP, {}, null, node(op.EMAIL)), text);
      expect(masked).not.toBeNull();
      expect(() => JSON.parse(masked!)).not.toThrow();
      if (value && typeof value === 'object' && !Array.isArray(value))
        for (const each of Object.values(JSON.parse(masked!) as object))
          if (typeof each === 'string' && each !== '') expect(each).toMatch(/@example\./);
    }),
    { numRuns: 300 },
  );
});

test.each([
  '',
  '{',
  '{"a"',
  '{"a":',
  '{"a":1',
  '[1',
  '"a',
  '{"a":1}x',
  '"\\ud800"',
  '"\\u00"',
  '{1:2}',
  `${'['.repeat(600)}${']'.repeat(600)}`,
])('no JSON is refused: %s', (text) => expect(mask(node(op.EMAIL), text)).toBeNull());

test('jsonb has its version in front', () => {
  const binary = (text: string, version = 1) =>
    kernel.mask(column(op.JSON_BINARY, node(op.EMAIL)), Buffer.concat([Buffer.from([version]), Buffer.from(text)]));
  expect(asText(binary('"anna@sea.example"'))).toBe(`\u0001"${one(op.EMAIL, 'anna@sea.example')}"`);
  expect(binary('"a"', 2)).toBeNull();
});

test('arrays: each element, nulls stay, a cut one is refused', () => {
  const array = Buffer.concat([
    ...[1, 1, 25, 3, 1].map(int32),
    ...[int32(16), Buffer.from('anna@sea.example'), int32(-1), int32(0)],
  ]);
  const masked = Buffer.from(kernel.mask(column(op.TEXT_ARRAY, op.EMAIL), array)!);
  expect(masked.subarray(0, 20)).toEqual(array.subarray(0, 20));
  expect(masked.readInt32BE(20)).toBe(masked.length - 24 - 8);
  expect(masked.subarray(24, -8).toString()).toBe(one(op.EMAIL, 'anna@sea.example'));
  for (let i = 1; i < array.length; i++) {
    if (i === 20 || i === 40 || i === 44) continue; // whole elements
    expect(kernel.mask(column(op.TEXT_ARRAY, op.EMAIL), array.subarray(0, i))).toBeNull();
  }
});
