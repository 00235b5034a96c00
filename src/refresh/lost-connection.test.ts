import { expect, test } from 'vitest';
import { FailureError } from '../domain/failure.ts';
import { withoutWords } from './lost-connection.ts';

const said = (error: unknown): string => {
  const told = withoutWords(error);
  return told instanceof FailureError ? told.message : 'as it was';
};

test.each([
  [Object.assign(new Error('duplicate key: (email)=(ada@sea.example)'), { code: '23505' }), /^GR5094 .*23505/],
  [Object.assign(new Error('terminating connection, ada@sea.example'), { code: '57P01' }), /^GR5094 .*57P01/],
  [new Error('Connection terminated unexpectedly'), /^GR5094 .*lost/],
  [new Error('Client has encountered a connection error and is not queryable'), /^GR5094 .*lost/],
  [Object.assign(new Error('read'), { code: 'ECONNRESET' }), /^GR5094 .*lost/],
  [Object.assign(new Error('write'), { code: 'EPIPE' }), /^GR5094 .*lost/],
])('F101 what PostgreSQL says on its own connections is told by its code alone: %s', (error, expected) => {
  expect(said(error)).toMatch(expected);
  expect(said(error)).not.toContain('ada@');
});

test('a defect stays one, and so does a failure of ours', () => {
  const own = new FailureError({ code: 'GR5061', message: 'Originals are left.', do: 'Look.' });
  expect(withoutWords(own)).toBe(own);
  expect(said(new TypeError('x is not a function'))).toBe('as it was');
  expect(said(Object.assign(new Error('no such file'), { code: 'ENOENT' }))).toBe('as it was');
});
