import type { Store } from './store.ts';

/**
 * Writes down that `node` begins an operation, and answers how many have begun it without one more answer recorded since, this
 * one included. Who left in order does not count; see `leave` of the lease.
 */
export async function countAttempt(store: Store, node: string, operation: string, recorded: number): Promise<number> {
  return store.change(async (rows) => {
    await rows
      .insertInto('attempt')
      .values({ operation, node, recorded })
      .onConflict((conflict) => conflict.columns(['operation', 'node']).doUpdateSet({ recorded }))
      .execute();
    const counted = await rows
      .selectFrom('attempt')
      .select((select) => select.fn.countAll<string>().as('attempts'))
      .where('operation', '=', operation)
      .where('recorded', '=', recorded)
      .executeTakeFirstOrThrow();
    return Number(counted.attempts);
  });
}
