import pg from 'pg';
import { expect, test } from 'vitest';
import { inRoom, refuseFull } from './full-scratch.ts';

const answer = (code: string) => Object.assign(new pg.DatabaseError('could not extend file', 1, 'error'), { code });

test('a server without room is told as that, whoever meets it', async () => {
  await expect(inRoom(() => Promise.reject(answer('53100')))).rejects.toThrow(/GR5120 .*scratch server is full/);
  expect(() => refuseFull(['23505', '53100'])).toThrow(/GR5120/);
});

test('control: every other answer stays what it is', async () => {
  const other = answer('53200');
  await expect(inRoom(() => Promise.reject(other))).rejects.toBe(other);
  expect(() => refuseFull(['23505'])).not.toThrow();
  expect(await inRoom(async () => 3)).toBe(3);
});
