import type { StepAccount } from '../domain/account.ts';
import type { DeploymentState, Ending } from '../domain/deployment.ts';
import type { Plan } from '../domain/plan.ts';
import type { RecordBody } from '../domain/record.ts';
import type { Verdict } from '../domain/verdict.ts';
import type { StoredDeployment } from './deployments.ts';
import { append } from './records.ts';
import type { Serving } from './schema.ts';
import type { Store } from './store.ts';

export interface StateChange {
  readonly version: number;
  readonly state: DeploymentState;
  readonly status: string;
  readonly plan?: Plan;
  readonly verdict?: Verdict;
  readonly steps: readonly { readonly number: number; readonly body: StepAccount }[];
  /** Who serves from now on; absent when the change does not touch it. */
  readonly serving?: Serving | null;
  readonly ending: Ending | null;
  readonly records: readonly RecordBody[];
  readonly at: number;
  /** The last thing inside the transaction: tests kill here. */
  readonly beforeCommit?: () => Promise<void>;
}

/** Writes the next state with its records, once: a version that is there already is left as it stands. */
export async function saveState(store: Store, deployment: StoredDeployment, change: StateChange): Promise<void> {
  await store.change(async (rows) => {
    const current = await rows
      .selectFrom('deployment')
      .select(['version', 'project'])
      .where('id', '=', deployment.id)
      .forUpdate()
      .executeTakeFirstOrThrow();
    if (current.version >= change.version) return;
    await rows
      .updateTable('deployment')
      .set({
        ...{
          version: change.version,
          state: JSON.stringify(change.state),
          status: change.status,
          ending: JSON.stringify(change.ending),
        },
        ...(change.plan && { plan: JSON.stringify(change.plan) }),
        ...(change.verdict && { verdict: JSON.stringify(change.verdict) }),
        ...(change.ending && { ended_at: new Date(change.at) }),
      })
      .where('id', '=', deployment.id)
      .execute();
    if (change.ending) await rows.deleteFrom('attempt').where('operation', 'like', `${deployment.id}/%`).execute();
    for (const { number, body } of change.steps)
      await rows
        .insertInto('step')
        .values({ deployment: deployment.id, number, body: JSON.stringify(body) })
        .onConflict((conflict) =>
          conflict.columns(['deployment', 'number']).doUpdateSet({ body: JSON.stringify(body) }),
        )
        .execute();
    if (change.serving !== undefined)
      await rows
        .updateTable('environment')
        .set({ serving: JSON.stringify(change.serving) })
        .where('project', '=', current.project)
        .where('name', '=', deployment.environment)
        .execute();
    await append(rows, current.project, deployment.id, change.records, change.at);
    await change.beforeCommit?.();
  });
}
