// What a session that logs in gets of the database and of its role. Settings only: values may be anything.
import type { Client } from 'pg';

/** One entry for each setting, with its value. `roles`: those that the copy is used by. */
export async function sessionSettings(client: Client, roles: readonly string[]): Promise<readonly string[]> {
  const { rows } = await client.query<{ entry: string }>(
    `select coalesce(r.rolname, '') || ' ' || unnest(s.setconfig) as entry from pg_db_role_setting s left join pg_roles r on r.oid = s.setrole
     where s.setdatabase in (0, (select oid from pg_database where datname = current_database())) and (s.setrole = 0 or r.rolname = any ($1)) order by 1`,
    [roles],
  );
  return rows.map(({ entry }) => entry);
}

/** Names of settings that differ. */
export const otherSettings = (before: readonly string[], after: readonly string[]): readonly string[] => [
  ...new Set(
    [...before.filter((each) => !after.includes(each)), ...after.filter((each) => !before.includes(each))].map(
      (entry) => /^[^ ]* ([^=]*)/.exec(entry)?.[1] ?? entry,
    ),
  ),
];
