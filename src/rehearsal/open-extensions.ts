import pg from 'pg';
import { fail } from '../domain/failure.ts';
import type { Extension } from './server-facts.ts';

/**
 * Many extensions may be made by a superuser only, and who restores is none: they stand there before, as its own, so that a backup may say
 * what it says of them. `GR5155` names one that the server does not have.
 */
export async function openExtensions(admin: pg.Client, role: string, extensions: readonly Extension[]): Promise<void> {
  for (const { name, schema } of extensions) {
    // One that stands in a schema of the backup's comes with it.
    if (!/^(public|pg_catalog)$/.test(schema)) continue;
    try {
      await admin.query(`create extension if not exists ${pg.escapeIdentifier(name)} schema ${schema}`);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
      fail({
        code: 'GR5155',
        message: `The scratch server cannot have the extension ${name} that the database uses${code}.`,
        where: 'server of the check backup',
        do: 'Install the extension on that server.',
      });
    }
  }
  // There is no ALTER EXTENSION … OWNER; the database is dropped whole.
  await admin.query(
    `update pg_catalog.pg_extension set extowner = (select oid from pg_catalog.pg_roles where rolname = $1)`,
    [role],
  );
}
