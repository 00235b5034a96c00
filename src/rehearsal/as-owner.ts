// Expressions that the migration wrote are evaluated by who migrated, never by the superuser that looks.
import pg from 'pg';

const limitMs = 60_000;

/** In a transaction of which nothing stays. Null: PostgreSQL refused it, or it took too long. */
export async function askedAsOwner<T extends pg.QueryResultRow>(
  looker: pg.Client,
  owner: string,
  text: string,
): Promise<readonly T[] | null> {
  await looker.query(
    `begin read only; set local statement_timeout to ${limitMs}; set local session authorization ${pg.escapeIdentifier(owner)}`,
  );
  try {
    return (await looker.query<T>(text)).rows;
  } catch (error) {
    if (error instanceof pg.DatabaseError) return null;
    throw error;
  } finally {
    await looker.query('rollback');
  }
}
