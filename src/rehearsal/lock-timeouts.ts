// Whether a migrator's session has another lock timeout than it began with, or will have.
import type { Migrator } from './watcher.ts';

export interface LockTimeouts {
  /** Before its first statement. */
  note(migrator: Migrator): Promise<void>;
  /** While it is in a transaction. */
  isOther(migrator: Migrator): Promise<boolean>;
}

/** `declaredMs`: who sets this one does as the command was told. */
export function lockTimeouts(declaredMs: number): LockTimeouts {
  const began = new Map<number, string | null>();
  return {
    note: async (migrator) => {
      if (!began.has(migrator.pid)) began.set(migrator.pid, await timeoutOf(migrator));
    },
    isOther: async (migrator) => {
      const now = await timeoutOf(migrator);
      if (now !== began.get(migrator.pid) && now !== String(declaredMs)) return true;
      const rows = await migrator.ask(
        `select exists (select from pg_catalog.pg_db_role_setting s, unnest(s.setconfig) one where one like 'lock_timeout=%'
           and s.setrole in (0, (select oid from pg_catalog.pg_roles where rolname = session_user)))`,
      );
      return rows[0]?.[0] === 't';
    },
  };
}

/** In ms, as `pg_settings` says it. */
const timeoutOf = async (migrator: Migrator): Promise<string | null> =>
  (await migrator.ask(`select setting from pg_catalog.pg_settings where name = 'lock_timeout'`))[0]?.[0] ?? null;
