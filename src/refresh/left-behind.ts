// What a refresh does not take along and does not refuse: each is named, so that nothing is lost silently.
import type { Client } from 'pg';

const people = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;

const ofSource = `
SELECT 'publication ' || quote_ident(pubname) || ' was left out' AS note FROM pg_publication
UNION ALL SELECT 'subscription ' || quote_ident(s.subname) || ' was left out' FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = current_database()
UNION ALL SELECT 'the tablespace of ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname) || ' was left out' FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.reltablespace <> 0 AND ${people}
UNION ALL SELECT DISTINCT 'the security label of ' || objname || ' was left out' FROM pg_seclabels
ORDER BY 1`;

/** Rows that people put into a table of an extension: pg_dump tells them from the extension's own by a condition that the extension gives. */
const ofExtensions = `
SELECT e.extname AS extension, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS "table", x.condition
FROM pg_extension e CROSS JOIN LATERAL unnest(e.extconfig, e.extcondition) x (oid, condition) JOIN pg_class c ON c.oid = x.oid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p') ORDER BY 1, 2`;

/** In words. In the transaction of the snapshot. */
export async function leftInSource(source: Client): Promise<readonly string[]> {
  const { rows } = await source.query<{ note: string }>(ofSource);
  const { rows: tables } = await source.query<{ extension: string; table: string; condition: string }>(ofExtensions);
  const notes = rows.map(({ note }) => note);
  for (const { extension, table, condition } of tables) {
    const { rows: found } = await source.query<{ is: boolean }>(
      `SELECT EXISTS (SELECT FROM ${table} ${condition}) AS is`,
    );
    if (found[0]!.is) notes.push(`rows of ${table}, a table of the extension ${extension}, were left out`);
  }
  return notes;
}

/** Rights on whatever may have them, owners, defaults and settings: the database that takes the place of the old one belongs to its owner alone. Superusers lose nothing by it. */
const ofTarget = `
WITH granted AS (
  SELECT relacl AS acl, relowner AS owner FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${people}
  UNION ALL SELECT attacl, relowner FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${people}
  UNION ALL SELECT nspacl, nspowner FROM pg_namespace n WHERE ${people} AND nspname <> 'public'
  UNION ALL SELECT proacl, proowner FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${people}
  UNION ALL SELECT typacl, typowner FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE ${people}
  UNION ALL SELECT lomacl, lomowner FROM pg_largeobject_metadata
  UNION ALL SELECT defaclacl, defaclrole FROM pg_default_acl
), roles AS (
  SELECT a.grantee AS role FROM granted CROSS JOIN aclexplode(acl) a WHERE a.grantee <> owner AND a.grantee <> 0
  UNION SELECT 0 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace CROSS JOIN aclexplode(relacl) a WHERE ${people} AND a.grantee = 0
)
SELECT 'rights of ' || coalesce(r.rolname, 'PUBLIC') || ' inside the database are not carried over' AS note FROM roles LEFT JOIN pg_roles r ON r.oid = roles.role
UNION SELECT 'what ' || o.rolname || ' owns belongs to the owner of the database' FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_roles o ON o.oid = c.relowner
  WHERE ${people} AND c.relowner <> (SELECT datdba FROM pg_database WHERE datname = current_database()) AND NOT o.rolsuper
UNION SELECT 'settings of ' || r.rolname || ' in the database are not carried over' FROM pg_db_role_setting s JOIN pg_database d ON d.oid = s.setdatabase JOIN pg_roles r ON r.oid = s.setrole
  WHERE d.datname = current_database()
UNION SELECT 'publication ' || quote_ident(pubname) || ' of the old data is gone' FROM pg_publication
ORDER BY 1`;

export async function leftInTarget(old: Client): Promise<readonly string[]> {
  const { rows } = await old.query<{ note: string }>(ofTarget);
  return rows.map(({ note }) => note);
}
