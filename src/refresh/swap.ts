// The instant at which new data is published.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { fail } from '../domain/failure.ts';
import { literal, quoted } from './connect.ts';

/**
 * The new database takes the name of the old one, in one transaction: PostgreSQL holds newcomers off while the names change, and who is
 * connected to the old one is sent away. `killer` is another connection. Throws `GR5058`, and then nothing has changed; what a lost
 * connection threw, when nobody can tell.
 */
export async function swap(
  [admin, killer]: readonly [Client, Client],
  names: { readonly target: string; readonly fresh: string; readonly old: string },
  comments: { readonly target: string; readonly old: string },
): Promise<void> {
  const { target, fresh, old } = names;
  const { rows } = await admin.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const sendAway = setInterval(() => {
    killer
      .query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname IN ($1, $2) AND pid <> pg_backend_pid()`,
        [target, fresh],
      )
      .catch(() => {}); // whom we may not send away holds the rename up, and that is said below
  }, 50);
  try {
    await admin.query("BEGIN; SET LOCAL statement_timeout = '3s'; SET LOCAL lock_timeout = '3s'");
    await admin.query(`ALTER DATABASE ${quoted(target)} RENAME TO ${quoted(old)}`);
    await admin.query(`ALTER DATABASE ${quoted(fresh)} RENAME TO ${quoted(target)}`);
    await admin.query(`COMMENT ON DATABASE ${quoted(old)} IS ${literal(comments.old)}`);
    await admin.query(`COMMENT ON DATABASE ${quoted(target)} IS ${literal(comments.target)}`);
    await admin.query('COMMIT');
  } catch (error) {
    const isAlive = await admin.query('ROLLBACK').then(
      () => true,
      () => false,
    );
    const hasChanged = isAlive ? false : await hasCommitted(killer, rows[0]!.pid, old);
    if (hasChanged === true) return;
    if (hasChanged === null) throw error;
    fail({
      code: 'GR5058',
      message: `The databases could not change places (SQLSTATE ${(error as { code?: string }).code ?? 'unknown'}). ${target} has its old data.`,
      where: target,
      do: 'Somebody whom the role may not send away is connected to it: end that session, then run it again.',
    });
  } finally {
    clearInterval(sendAway);
  }
}

const MOST_WAITS = 60;

/** Whether only the answer to COMMIT was lost; asked once the session is gone that it was sent by, so that it cannot take effect later. Null: nobody can tell. */
async function hasCommitted(killer: Client, pid: number, old: string): Promise<boolean | null> {
  try {
    for (let waits = 0; waits < MOST_WAITS; waits++) {
      const { rows } = await killer.query<{ is: boolean }>(
        'SELECT pg_terminate_backend(pid) AS is FROM pg_stat_activity WHERE pid = $1',
        [pid],
      );
      if (rows.length === 0) {
        const found = await killer.query('SELECT FROM pg_database WHERE datname = $1', [old]);
        return found.rowCount === 1;
      }
      await sleep(50);
    }
    return null;
  } catch {
    return null;
  }
}
