// The whole check on a real PostgreSQL: every form that pg_dump writes. What is wrong with a backup is in backup/hostile.test.ts.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { ask, checkContract } from '../kinds/testing/check-contract.ts';
import { backup } from './backup.ts';
import { backedUpShop } from './testing/backed-up-shop.ts';
import { postgresPrograms } from './testing/debian-postgres.ts';

const programs = postgresPrograms();

describe.skipIf(programs === null)('backups (PostgreSQL’s own programs)', () => {
  const { inDatabase, left, dump, world } = backedUpShop(programs ?? '');
  const patience = { timeout: 120_000 };

  const custom = () => {
    const made = world();
    dump(path.join(made.folder, 'shop.dump'), '--format=custom');
    return made;
  };
  checkContract(backup, {
    testUrl: import.meta.url,
    good: custom,
    dead: () => {
      const made = world();
      writeFileSync(path.join(made.folder, 'shop.dump'), '');
      return made;
    },
  });

  test.for([
    ['shop.dump', ['--format=custom']],
    ['shop.tar', ['--format=tar']],
    ['shop.sql', ['--format=plain']],
  ] as const)('%s is restored and compared', patience, async ([name, options]) => {
    const { folder, config, context } = world();
    dump(path.join(folder, name), ...options);
    const judgement = await ask(backup, { config, context });
    expect(judgement).toMatchObject({ outcome: 'pass', reason: expect.stringMatching(/1502 rows in 3 tables/) });
    expect(judgement.findings.map((each) => [each.name, each.outcome])).toEqual([
      ['age', 'pass'],
      ['restore', 'pass'],
      ['schema', 'pass'],
      ['tables', 'pass'],
    ]);
    expect(await left()).toEqual([]);
  });

  test('one in the directory format, by two connections', patience, async () => {
    const { folder, config, context } = world();
    dump(path.join(folder, 'shop'), '--format=directory');
    const from = { folder: 'backups', files: '*/toc.dat' };
    expect(await ask(backup, { config: { ...config, from, jobs: 2 }, context })).toMatchObject({ outcome: 'pass' });
  });

  test('one without the large objects that the database has does not pass', patience, async () => {
    await inDatabase('shop', `select lo_from_bytea(0, ('a scan ' || g)::bytea) from generate_series(1, 3) g`);
    try {
      const whole = custom();
      expect(await ask(backup, whole)).toMatchObject({ outcome: 'pass' });
      const without = world();
      dump(path.join(without.folder, 'shop.dump'), '--format=custom', '--no-blobs');
      const judgement = await ask(backup, without);
      expect(judgement.outcome).toBe('fail');
      expect(judgement.findings).toContainEqual({
        ...{ name: 'large objects', outcome: 'fail', value: '0 rows', threshold: 'at least 2 rows' },
      });
    } finally {
      await inDatabase('shop', 'select lo_unlink(oid) from pg_largeobject_metadata');
    }
  });
});
