// What must be true of the source before a byte of it is read: its role cannot write, and it holds nothing that is not copied yet.
import type { Client } from 'pg';
import type { Failure } from '../domain/failure.ts';
import { markerOf, type DatabaseIdentity } from '../domain/refresh/direction.ts';

const identity = `SELECT (SELECT system_identifier::text FROM pg_control_system()) AS "systemId", d.datname AS name,
  shobj_description(d.oid, 'pg_database') AS comment FROM pg_database d WHERE d.datname = current_database()`;

/** As the server says it, whatever the address said. */
export async function readIdentity(client: Client): Promise<DatabaseIdentity> {
  const { rows } = await client.query<{ systemId: string; name: string; comment: string | null }>(identity);
  const { systemId, name, comment } = rows[0]!;
  return { systemId, name, marker: markerOf(comment) };
}

/** Also what it could do by becoming another role. */
const rights = `WITH own AS (SELECT oid, rolname, rolsuper FROM pg_roles WHERE pg_has_role(current_user, oid, 'MEMBER'))
SELECT current_user AS role, bool_or(own.rolsuper) AS "isSuper", (
  SELECT n.nspname || '.' || c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, own w
  WHERE c.relkind IN ('r', 'p', 'f', 'v') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    AND has_table_privilege(w.oid, c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE') LIMIT 1) AS writes FROM own`;

/** `GR5054`: the role of the source may write. */
export async function judgeSourceRole(source: Client): Promise<readonly Failure[]> {
  const { rows } = await source.query<{ role: string; isSuper: boolean; writes: string | null }>(rights);
  const { role, isSuper, writes } = rows[0]!;
  if (!isSuper && writes === null) return [];
  return [
    {
      code: 'GR5054',
      message: `The role ${role} of the source may ${isSuper ? 'do everything' : `write to ${writes}`}; a refresh reads with a role that cannot write.`,
      where: 'refresh.yaml (source.url)',
      do: "Make one:  CREATE ROLE greenroom_reader LOGIN PASSWORD '…'; GRANT pg_read_all_data TO greenroom_reader;  (before PostgreSQL 14: GRANT SELECT ON ALL TABLES and ON ALL SEQUENCES of each schema).",
    },
  ];
}

const constructs = `
SELECT 'the foreign table ' || n.nspname || '.' || c.relname AS what FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'f'
UNION ALL SELECT 'the foreign server ' || srvname FROM pg_foreign_server`;

/** `GR5055`: what is refused by name until it is copied. */
export async function judgeConstructs(source: Client): Promise<readonly Failure[]> {
  const { rows } = await source.query<{ what: string }>(constructs);
  return rows.map(({ what }) => ({
    code: 'GR5055',
    message: `The source has ${what}, which a refresh does not take along yet.`,
    do: 'Refresh with the command of your own that knows it.',
  }));
}
