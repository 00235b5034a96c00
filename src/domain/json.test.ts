import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonical } from './json.ts';

test('the text reads back as the value', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});

test('equal values have one text, whatever the order of their keys', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const turned = Object.fromEntries(Object.entries(value).reverse());
      expect(canonical(turned)).toBe(canonical(value));
    }),
  );
});

test('different values have different texts', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      expect(canonical(a) === canonical(b)).toBe(isSame(a, b));
    }),
  );
});

/** Equal as JSON: zero has no sign there. */
function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((each, i) => isSame(each, b[i]));
  if (Array.isArray(a) || Array.isArray(b)) return false;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const keys = Object.keys(a);
  const [left, right] = [a as Record<string, unknown>, b as Record<string, unknown>];
  return (
    keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isSame(left[key], right[key]))
  );
}

test.each([
  [{ b: 1, a: [true, null], B: 'x' }, '{"B":"x","a":[true,null],"b":1}'],
  [{ gone: undefined, kept: 0 }, '{"kept":0}'],
  [[undefined, 1], '[null,1]'],
  [undefined, 'null'],
  ['ä"\n', '"ä\\"\\n"'],
])('%j', (value, text) => {
  expect(canonical(value)).toBe(text);
});
