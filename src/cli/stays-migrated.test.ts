import { expect, test } from 'vitest';
import type { MigratedDatabase } from '../domain/migrated-database.ts';
import { sayClosed } from './stays-migrated.ts';

const closed: MigratedDatabase = {
  ...{ name: 'main', step: 'migrate-main', isForwardOnly: true, hasSameMigrations: false, rehearsed: null },
};

async function said(read: () => Promise<readonly MigratedDatabase[]>) {
  const [lines, notes]: [string[], string[]] = [[], []];
  await sayClosed({ line: (text = '') => void lines.push(text), note: (text) => void notes.push(text) }, read);
  return { lines, notes };
}

test('a rollback says which databases it leaves as migrated', async () => {
  expect(await said(async () => [])).toEqual({ lines: [], notes: [] });
  expect(await said(async () => [closed])).toEqual({
    lines: [expect.stringMatching(/^The database main stays as migrated/)],
    notes: [],
  });
});

test('where that cannot be read the way back goes on, and it is said', async () => {
  expect(await said(() => Promise.reject(new Error('GR3105 the database is away')))).toEqual({
    lines: [],
    notes: [expect.stringMatching(/^It goes back\. .*GR3105 the database is away$/)],
  });
});
