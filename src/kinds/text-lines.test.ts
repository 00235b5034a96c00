import { expect, test } from 'vitest';
import { assert, property, string } from 'fast-check';
import { linesOf } from './text-lines.ts';

test('the lines of a text are those between its line ends, and a last one without an end', () => {
  expect([...linesOf('a\n\nb\r\nc')]).toEqual(['a', '', 'b\r', 'c']);
  expect([...linesOf('a\n')]).toEqual(['a']);
  expect([...linesOf('')]).toEqual([]);
  assert(property(string({ unit: 'binary' }), (text) => [...linesOf(`${text}\n`)].join('\n') === text));
});
