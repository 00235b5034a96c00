import { expect, test } from 'vitest';
import { hasRestrict, withoutValues } from './tools.ts';

test('a psql that cannot keep a file from running commands is known by its version', () => {
  const told = (version: string) => hasRestrict(`psql (PostgreSQL) ${version}`);
  for (const good of [
    '13.22',
    '14.19',
    '15.14',
    '15.18 (Debian 15.18-0+deb12u1)',
    '16.10',
    '17.6',
    '18.0',
    '18.4',
    '19.1',
  ])
    expect(told(good), good).toBe(true);
  for (const bad of ['9.6.24', '12.22', '13.21', '14.18', '15.13', '16.9', '17.5', '17beta1', '19beta1', 'unknown', ''])
    expect(told(bad), bad).toBe(false);
});

test('what pg_restore says is told without a value of a row', () => {
  const told = (text: string) => withoutValues(`pg_restore: error: ${text}`);
  expect(told('COPY failed for table "people": ERROR:  invalid input syntax for type integer: "seven"')).toBe(
    'rows of the table "people" are not what it takes',
  );
  expect(told('could not execute query: ERROR:  value "4930123" is out of range for type integer')).toBe(
    'could not execute query: ERROR:  value "…" is out of range for type integer',
  );
  expect(told('could not execute query: ERROR:  could not create unique index "people_key"')).toBe(
    'could not execute query: ERROR:  could not create unique index "people_key"',
  );
  expect(told('ERROR:  invalid input value for enum mood: "a secret that goes on')).toBe(
    'ERROR:  invalid input value for enum mood: "…"',
  );
  expect(told('could not read from input file: end of file')).toBe('could not read from input file: end of file');
});
