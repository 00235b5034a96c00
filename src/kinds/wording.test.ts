import { expect, test } from 'vitest';
import { boundText, holds } from './bounds.ts';
import { matcher, pattern } from './pattern.ts';
import { counted, excerpt, shortNumber } from './wording.ts';

test('F126 an excerpt has no colours, titles, links or clipboard writes, and is one line', () => {
  const hostile =
    '\u001b[31mred\u001b[0m \u001b]0;title\u0007\u001b]52;c;cm0gLXJm\u0007\u001b]8;;http://x\u001b\\link\u001b[2J\r\nnext\u0000';
  expect(excerpt(hostile)).toBe('red link next');
  expect(excerpt('x'.repeat(500), 10)).toBe(`${'x'.repeat(9)}…`);
  expect(excerpt('😀'.repeat(10), 4).isWellFormed()).toBe(true);
});

test('numbers and counts for people', () => {
  expect([counted(1, 'line'), counted(0, 'line'), shortNumber(12.3456), shortNumber(123456)]).toEqual([
    '1 line',
    '0 lines',
    '12.35',
    '123456',
  ]);
});

test('bounds are inclusive on both sides', () => {
  expect([
    holds(3, 3),
    holds(3, { 'at-most': 3 }),
    holds(3, { 'at-least': 4 }),
    holds(Number.NaN, { 'at-most': 3 }),
  ]).toEqual([true, true, false, false]);
  expect(boundText({ 'at-least': 1, 'at-most': 2 })).toBe('from 1 to 2');
});

test('F124 a pattern takes linear time and RE2 syntax only', () => {
  const startedAt = performance.now();
  expect(matcher('^(a*)*b$')('a'.repeat(100_000))).toBe(false);
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(pattern().safeParse('(?=x)').success).toBe(false);
  expect(pattern().safeParse('^ok$').success).toBe(true);
});
