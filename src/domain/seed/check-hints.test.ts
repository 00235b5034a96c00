import fc from 'fast-check';
import { expect, test } from 'vitest';
import { comparedTexts, hintsOf } from './check-hints.ts';
import { textOfPattern } from './text-of-pattern.ts';

test('what PostgreSQL writes of a check gives its words, numbers, dates and patterns', () => {
  expect(hintsOf(["(status = ANY (ARRAY['new'::text, 'it''s'::text]))"]).texts).toEqual(['new', "it's"]);
  expect(hintsOf(['((a >= 1) AND (a <= 5))', "(b > ('-2.5'::numeric))"]).numbers).toEqual([-2.5, 1, 5]);
  expect(
    hintsOf(["((at >= '2020-01-01'::date) AND (at < '2024-01-01 06:00:00+02'::timestamp with time zone))"]).dates,
  ).toEqual([Date.UTC(2020, 0, 1), Date.UTC(2024, 0, 1, 4)]);
  expect(hintsOf(["((code)::text ~ '^[A-Z]{3}$'::text)", "(c !~ 'not this'::text)"]).patterns).toEqual(['^[A-Z]{3}$']);
});

test('of several columns, the words that one is compared with', () => {
  const sql =
    "(((kind)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])) OR (other = 'c'::text))";
  expect(comparedTexts(sql, 'kind')).toEqual(['a', 'b']);
  expect(comparedTexts(sql, 'other')).toEqual(['c']);
  const either = "(((kind = 'user'::text) AND (a IS NULL)) OR ((kind = 'org'::text) AND (b IS NULL)))";
  expect(comparedTexts(either, 'kind')).toEqual(['user', 'org']);
  expect(comparedTexts("((status = 'new'::text) = (paid_at IS NULL))", 'status')).toEqual(['new']);
  expect(comparedTexts("((status = 'new'::text) = (paid_at IS NULL))", 'paid_at')).toEqual([]);
});

/** Patterns of what the reader says that it knows. */
const atom = fc.oneof(
  ...[fc.constantFrom('a', 'Z', '7', '-', '\\.', '\\d', '\\w', '[A-Z]', '[a-f0-9]', '[^@]', '[[:digit:]]', '.')],
  fc.constantFrom('(?:ab|c)', '(x|y|zz)'),
);
const part = fc
  .tuple(atom, fc.constantFrom('', '?', '*', '+', '{3}', '{2,}', '{1,4}'))
  .map(([one, count]) => one + count);
const pattern = fc.array(part, { minLength: 1, maxLength: 6 }).map((parts) => `^${parts.join('')}$`);

test('a text that a pattern may mean fits it', () => {
  fc.assert(
    fc.property(pattern, fc.nat(), fc.nat({ max: 100 }), (shape, key, row) => {
      const text = textOfPattern(shape, key, row, 0);
      expect(text).toMatch(new RegExp(shape.replaceAll('[[:digit:]]', '[0-9]')));
    }),
    { numRuns: 500 },
  );
});

test('a broken pattern ends', () => {
  fc.assert(
    fc.property(fc.string(), (shape) => {
      expect(typeof textOfPattern(shape, 1, 2, 0)).toBe('string');
    }),
  );
});
