import pg from 'pg';
import type { StatementEnd } from '../domain/rehearsal/facts.ts';
import { refuseFull } from './full-scratch.ts';

/** How a statement ends, in a transaction of which nothing stays. A connection that breaks throws. */
export async function endOf(client: pg.Client, ask: () => Promise<pg.QueryResult>): Promise<StatementEnd> {
  await client.query('begin');
  try {
    return { rows: (await ask()).rowCount ?? 0 };
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code !== undefined) return { failedWith: error.code };
    throw error;
  } finally {
    await client.query('rollback');
  }
}

/** Of each statement, one after the other. */
export async function endsOf(client: pg.Client, statements: readonly string[]): Promise<readonly StatementEnd[]> {
  const ends: StatementEnd[] = [];
  for (const text of statements)
    ends.push(
      await endOf(client, async () => {
        const answer = await client.query(text);
        // What is looked at by COMMIT only would never be looked at.
        await client.query('set constraints all immediate');
        return answer;
      }),
    );
  refuseFull(ends.flatMap((end) => ('failedWith' in end ? [end.failedWith] : [])));
  return ends;
}
