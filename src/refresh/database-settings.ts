// What belongs to a database and not into a dump of it: its settings, and who may connect.
import type { Client } from 'pg';
import { quoted } from './connect.ts';

/** `fresh` is a connection to the new database. Gives what could not be carried over, in words. */
export async function carrySettings(fresh: Client, from: string, to: string): Promise<readonly string[]> {
  const left: string[] = [];
  const { rows: settings } = await fresh.query<{ setting: string }>(
    `SELECT unnest(s.setconfig) AS setting FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase WHERE d.datname = $1 AND s.setrole = 0`,
    [from],
  );
  for (const { setting } of settings) {
    const name = setting.slice(0, setting.indexOf('='));
    const value = setting.slice(name.length + 1);
    try {
      // A list such as a search_path is quoted right only by PostgreSQL itself.
      await fresh.query('BEGIN');
      await fresh.query('SELECT set_config($1, $2, true)', [name, value]);
      await fresh.query(`ALTER DATABASE ${quoted(to)} SET ${name.split('.').map(quoted).join('.')} FROM CURRENT`);
      await fresh.query('COMMIT');
    } catch {
      await fresh.query('ROLLBACK');
      left.push(`the setting ${name} of the database`);
    }
  }
  const { rows: limits } = await fresh.query<{ limit: number }>(
    `SELECT datconnlimit AS limit FROM pg_database WHERE datname = $1`,
    [from],
  );
  await fresh.query(`ALTER DATABASE ${quoted(to)} CONNECTION LIMIT ${limits[0]!.limit}`);
  const { rows: grants } = await fresh.query<{ grantee: string | null; privilege: string; isGrantable: boolean }>(
    `SELECT r.rolname AS grantee, a.privilege_type AS privilege, a.is_grantable AS "isGrantable"
     FROM pg_database d CROSS JOIN aclexplode(d.datacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee WHERE d.datname = $1`,
    [from],
  );
  if (grants.length > 0) await fresh.query(`REVOKE ALL ON DATABASE ${quoted(to)} FROM PUBLIC`);
  for (const { grantee, privilege, isGrantable } of grants)
    await fresh.query(
      `GRANT ${privilege} ON DATABASE ${quoted(to)} TO ${grantee === null ? 'PUBLIC' : quoted(grantee)}${isGrantable ? ' WITH GRANT OPTION' : ''}`,
    );
  return left;
}
