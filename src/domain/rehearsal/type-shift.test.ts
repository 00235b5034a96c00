import { expect, test } from 'vitest';
import { comparesOtherwise, isWider } from './type-shift.ts';

test.each([
  ['integer', 'bigint', true],
  ['bigint', 'integer', false],
  ['integer[]', 'bigint[]', true],
  ['integer', 'bigint[]', false],
  ['integer', 'numeric(4,0)', false],
  ['character varying(10)', 'character varying(20)', true],
  ['character varying(20)', 'character varying(10)', false],
  ['character varying(20)', 'text', true],
  ['text', 'character varying', true],
  ['text', 'character varying(20)', false],
  ['character varying', 'character varying(20)', false],
  ['character(2)', 'character(4)', false],
  ['numeric(8,2)', 'numeric(12,2)', true],
  ['numeric(8,2)', 'numeric(8,4)', false],
  ['numeric(8,2)', 'numeric(12,1)', false],
  ['timestamp(3) without time zone', 'timestamp without time zone', true],
  ['timestamp without time zone', 'timestamp with time zone', false],
  ['text', 'text collate "C"', false],
  ['text collate "C"', 'text collate "C"', true],
  ['citext', 'text', false],
])('of a column of %s that is %s since every value stays and compares as before: %s', (was, is, expected) => {
  expect(isWider(was, is)).toBe(expected);
});

test.each([
  ['citext', 'text', true],
  ['extensions.citext', 'character varying(80)', true],
  ['character(2)', 'text', true],
  ['text', 'text collate "C"', true],
  ['text[]', 'citext[]', true],
  ['character varying(80)', 'character varying(20)', false],
  ['text', 'character varying(20)', false],
  ['bigint', 'integer', false],
])('a text of %s that is %s since is compared otherwise: %s', (was, is, expected) => {
  expect(comparesOtherwise(was, is)).toBe(expected);
});
