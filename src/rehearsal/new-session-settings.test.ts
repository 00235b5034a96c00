// What a migration sets for sessions that come later is told by name, whoever it is set for.
import { expect, test } from 'vitest';
import { realPostgres } from '../checks/testing/database.ts';
import { otherSettings, sessionSettings } from './new-session-settings.ts';
import { openClient, withClone } from './testing/clone.ts';

const postgres = realPostgres();

test('settings of the database and of the role, and none of anybody else', { timeout: 240_000 }, async () => {
  await withClone(postgres.url(), async (scratch) => {
    const looker = await scratch.connect('looker');
    const look = () => sessionSettings(looker, [scratch.name]);
    const before = await look();
    expect(otherSettings(before, await look())).toEqual([]);
    const migration = await openClient(scratch.url());
    const since = async (text: string) => {
      await migration.query(text);
      return otherSettings(before, await look());
    };
    expect(await since(`alter database ${scratch.name} set search_path = archive, public`)).toEqual(['search_path']);
    expect(await since(`alter database ${scratch.name} reset search_path`)).toEqual([]);
    expect(await since('alter role current_user set default_transaction_read_only = on')).toEqual([
      'default_transaction_read_only',
    ]);
    expect(await since(`alter role current_user in database ${scratch.name} set lock_timeout = 0`)).toEqual([
      ...['default_transaction_read_only', 'lock_timeout'],
    ]);
    await migration.end();
    await withClone(postgres.url(), async (other) => {
      const elsewhere = await openClient(other.url());
      await elsewhere.query('alter role current_user set work_mem = 4096');
      await elsewhere.end();
      expect(otherSettings(before, await look())).not.toContain('work_mem');
    });
  });
});
