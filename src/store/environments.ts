import { randomUUID } from 'node:crypto';
import type { JsonObject } from '../domain/json.ts';
import type { Standing } from '../domain/plan.ts';
import { mayAct } from './lease.ts';
import { append, isWritten } from './records.ts';
import type { Serving } from './schema.ts';
import type { Rows, Store } from './store.ts';

/** One row per environment; taking it in a transaction serialises what is decided about the environment. */
export async function lockEnvironment(rows: Rows, project: string, environment: string): Promise<Serving | null> {
  await rows
    .insertInto('environment')
    .values({ project, name: environment, serving: 'null' })
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  const row = await rows
    .selectFrom('environment')
    .select('serving')
    .where('project', '=', project)
    .where('name', '=', environment)
    .forUpdate()
    .executeTakeFirstOrThrow();
  return row.serving;
}

export async function servingIn(rows: Rows, project: string, environment: string): Promise<Serving | null> {
  const row = await rows
    .selectFrom('environment')
    .select('serving')
    .where('project', '=', project)
    .where('name', '=', environment)
    .executeTakeFirst();
  return row?.serving ?? null;
}

export const standing = (serving: Serving | null): Standing => ({
  releaseId: serving?.releaseId ?? null,
  releaseRevision: serving?.releaseRevision ?? null,
  colour: serving?.colour ?? null,
});

/** A number that grows with every operation and every change of owner; null when `node` may not act any more. */
export async function claimEpoch(
  store: Store,
  project: string,
  environment: string,
  node: string,
  operation: string,
): Promise<number | null> {
  const owner = `${node}/${operation}`;
  const own = await store.read((rows) => ownEpoch(rows, project, environment, node, owner));
  if (own !== null) return own;
  return store.change(async (rows) => {
    if (!(await mayAct(rows, node))) return null;
    await lockEnvironment(rows, project, environment);
    const row = await rows
      .updateTable('environment')
      .set((set) => ({
        epoch: set
          .case()
          .when('owner', 'is not distinct from', owner)
          .then(set.ref('epoch'))
          .else(set('epoch', '+', '1'))
          .end(),
        owner,
      }))
      .where('project', '=', project)
      .where('name', '=', environment)
      .returning('epoch')
      .executeTakeFirstOrThrow();
    return Number(row.epoch);
  });
}

/** The number of who has it already, while its node lives. Nothing is given out that was not given before, so nothing is locked or written. */
async function ownEpoch(
  rows: Rows,
  project: string,
  environment: string,
  node: string,
  owner: string,
): Promise<number | null> {
  const row = await rows
    .selectFrom('environment')
    .innerJoin('node', (join) => join.on('node.id', '=', node).on('node.dead', '=', false))
    .select('epoch')
    .where('project', '=', project)
    .where('name', '=', environment)
    .where('owner', '=', owner)
    .executeTakeFirst();
  return row ? Number(row.epoch) : null;
}

export interface StoppedEnvironment {
  readonly project: string;
  readonly environment: string;
  /** Under which it was stopped. */
  readonly epoch: number;
  readonly actor: string;
  readonly at: number;
}

/** From now on nothing serves there. False when another operation has begun in the environment since it was stopped: what that one made stands. */
export async function saveStopped(store: Store, stopped: StoppedEnvironment): Promise<boolean> {
  const { project, environment, epoch, actor, at } = stopped;
  const operation = randomUUID();
  return store.change(async (rows) => {
    await lockEnvironment(rows, project, environment);
    if (await isWritten(rows, project, operation)) return true;
    const updated = await rows
      .updateTable('environment')
      .set({ serving: 'null' })
      .where('project', '=', project)
      .where('name', '=', environment)
      .where('epoch', '=', String(epoch))
      .executeTakeFirst();
    if (updated.numUpdatedRows === 0n) return false;
    await append(rows, project, null, [{ kind: 'environment-stopped', actor, data: { environment } }], at, operation);
    return true;
  });
}

export interface RecordedMaintenance {
  readonly project: string;
  readonly environment: string;
  readonly actor: string;
  readonly at: number;
  readonly kind: 'maintenance-on' | 'maintenance-off' | 'maintenance-failed';
  /** Of the wish that is about to reach the proxy. */
  readonly epoch: number;
  /** What the page says and until when, or why it failed. */
  readonly said: JsonObject;
}

/** Puts on record who closes an environment, or opens it again. */
export async function saveMaintenance(store: Store, wish: RecordedMaintenance): Promise<void> {
  const { project, environment, actor, at, kind, epoch, said } = wish;
  const operation = randomUUID();
  await store.change(async (rows) => {
    if (await isWritten(rows, project, operation)) return;
    await append(rows, project, null, [{ kind, actor, data: { environment, epoch, ...said } }], at, operation);
  });
}
