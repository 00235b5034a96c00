import { expect, test } from 'vitest';
import { keyedHash } from './keyed-hash.ts';

test('F084 the same text is the same under one key, another text and another key are not', () => {
  const [one, other] = [keyedHash(), keyedHash()];
  expect(one('secret')).toBe(one('secret'));
  expect(one('secret')).not.toBe(one('Secret'));
  expect(one('secret')).not.toBe(other('secret'));
  expect(one('secret')).not.toContain('secret');
});
