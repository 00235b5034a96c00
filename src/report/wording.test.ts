import { expect, test } from 'vitest';
import { factWords } from './wording.ts';

test('facts in words: what there was not, and what only a program reads, is left out', () => {
  const facts = { switchMs: 3, requests: 612, faultAt: null, usual: { slowestMs: 30 }, lost: ['a'], firstBadAt: 0 };
  expect(factWords(facts)).toBe('switch 3 ms · requests 612 · lost ["a"] · first bad at 1970-01-01 00:00:00 UTC');
});
