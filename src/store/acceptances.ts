import { acceptedByLog } from '../domain/witness.ts';
import type { StoredDeployment } from './deployments.ts';
import { append, recordsOf } from './records.ts';
import type { Store } from './store.ts';

export interface Acceptance {
  /** Who took it upon them, as the log tells. */
  readonly by: string;
  readonly isNew: boolean;
}

/** Conditions are accepted once; the first person stands, and is answered with whether it was this one. What the log does not tell was not accepted, whatever stands in the table. */
export async function saveAcceptance(
  store: Store,
  deployment: StoredDeployment,
  { condition, by, reason }: { readonly condition: string; readonly by: string; readonly reason: string | null },
  at: number,
): Promise<Acceptance> {
  return store.change(async (rows) => {
    const inserted = await rows
      .insertInto('acceptance')
      .values({ deployment: deployment.id, condition, by, at: new Date(at) })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    const isFirst = (inserted.numInsertedOrUpdatedRows ?? 0n) > 0n;
    const told = isFirst ? [] : acceptedByLog(await recordsOf(rows, deployment.model.name, deployment.id));
    const before = told.find((each) => each.id === condition);
    if (before) return { by: before.by, isNew: false };
    const data = { condition, identity: 'claimed', ...(reason !== null && { reason }) };
    await append(rows, deployment.model.name, deployment.id, [{ kind: 'condition-accepted', actor: by, data }], at);
    return { by, isNew: true };
  });
}
