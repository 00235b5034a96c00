import type { Operation } from '../domain/deployment.ts';
import { overdueRecord } from '../domain/overdue.ts';
import { append, isWritten } from './records.ts';
import type { Store } from './store.ts';

/** Puts on record, once, that an operation has used up its budget; nothing when it has ended meanwhile. */
export async function saveOverdue(store: Store, deployment: string, operation: Operation, at: number): Promise<void> {
  await store.change(async (rows) => {
    const current = await rows
      .selectFrom('deployment')
      .select(['project', 'state'])
      .where('id', '=', deployment)
      .forUpdate()
      .executeTakeFirst();
    if (current?.state?.running?.number !== operation.number) return;
    const id = `${deployment}/${operation.number}/overdue`;
    if (await isWritten(rows, current.project, id)) return;
    await append(rows, current.project, deployment, [overdueRecord(operation)], at, id);
  });
}
