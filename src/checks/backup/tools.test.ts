import { expect, test } from 'vitest';
import { hasRestrict } from './tools.ts';

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
