import type { StoredDeployment } from './deployments.ts';
import { append } from './records.ts';
import type { Store } from './store.ts';

/** Conditions are accepted once; the first person stands. */
export async function saveAcceptance(
  store: Store,
  deployment: StoredDeployment,
  condition: string,
  by: string,
  at: number,
): Promise<void> {
  await store.change(async (rows) => {
    const inserted = await rows
      .insertInto('acceptance')
      .values({ deployment: deployment.id, condition, by, at: new Date(at) })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if ((inserted.numInsertedOrUpdatedRows ?? 0n) > 0n)
      await append(
        rows,
        deployment.model.name,
        deployment.id,
        [{ kind: 'condition-accepted', actor: by, data: { condition, identity: 'claimed' } }],
        at,
      );
  });
}
