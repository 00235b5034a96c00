// Who may log in to production, and which schemas each finds without being told.
import type pg from 'pg';
import type { Login } from '../domain/rehearsal/search-path.ts';

/** What is set for the role goes before what is set for the database, and that before the server's files, which are told only where nothing hides them. */
const query = `
select r.rolname as name, coalesce(
    (select substr(one, 13) from pg_catalog.pg_db_role_setting s, unnest(s.setconfig) one where one like 'search\\_path=%'
       and s.setrole in (r.oid, 0) and s.setdatabase in (d.oid, 0) order by s.setrole = 0, s.setdatabase = 0 limit 1),
    (select case when source in ('default', 'configuration file', 'command line', 'environment variable') then reset_val else boot_val end
       from pg_catalog.pg_settings where name = 'search_path')) as path,
  exists (select from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    where c.relowner = r.oid and c.relkind in ('r', 'p') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema') as "ownsTables"
from pg_catalog.pg_roles r, pg_catalog.pg_database d where d.datname = current_database() and r.rolcanlogin order by 1`;

/** Reads catalogs only, so a role that may log in and nothing else can ask it. */
export const loginsOf = async (client: pg.Client): Promise<readonly Login[]> => (await client.query<Login>(query)).rows;
