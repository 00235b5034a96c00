import type { Account, EvidenceBody, StepAccount } from '../domain/account.ts';
import type { DeploymentState, Ending } from '../domain/deployment.ts';
import type { Plan, Standing } from '../domain/plan.ts';
import type { Project } from '../domain/project.ts';
import type { RecordBody } from '../domain/record.ts';
import type { CheckResult, Verdict } from '../domain/verdict.ts';
import { mayAct } from './lease.ts';
import { append, recordsOf } from './records.ts';
import type { DeploymentRequest, Serving } from './schema.ts';
import type { Rows, Store } from './store.ts';

export interface NewDeployment {
  readonly id: string;
  readonly project: Project;
  readonly environment: string;
  readonly actor: string;
  readonly request: DeploymentRequest;
  /** What it would do as things stand; made again when it begins. */
  readonly plan: Plan;
  readonly at: number;
}

export interface StoredDeployment {
  readonly id: string;
  readonly number: number;
  readonly environment: string;
  readonly actor: string;
  readonly status: string;
  readonly request: DeploymentRequest;
  readonly model: Project;
  readonly plan: Plan;
  readonly state: DeploymentState | null;
  readonly version: number;
  readonly verdict: Verdict | null;
  readonly ending: Ending | null;
  readonly createdAt: number;
  readonly endedAt: number | null;
}

/** Writes a queued deployment and its record; numbers it inside its environment. */
export async function insertDeployment(store: Store, made: NewDeployment): Promise<number> {
  return store.change(async (rows) => {
    const name = made.project.name;
    await lockEnvironment(rows, name, made.environment);
    const last = await rows
      .selectFrom('deployment')
      .select((select) => select.fn.max('number').as('number'))
      .where('project', '=', name)
      .where('environment', '=', made.environment)
      .executeTakeFirst();
    const known = await rows.selectFrom('deployment').select('number').where('id', '=', made.id).executeTakeFirst();
    if (known) return known.number;
    const number = (last?.number ?? 0) + 1;
    await rows
      .insertInto('deployment')
      .values({
        ...{ id: made.id, project: name, environment: made.environment, number, actor: made.actor, status: 'queued' },
        ...{
          request: JSON.stringify(made.request),
          model: JSON.stringify(made.project),
          plan: JSON.stringify(made.plan),
        },
        ...{ state: 'null', verdict: 'null', ending: 'null', created_at: new Date(made.at) },
      })
      .execute();
    const data = {
      environment: made.environment,
      number,
      release: made.request.releaseId,
      purpose: made.request.purpose,
      reason: made.request.reason,
    };
    await append(rows, name, made.id, [{ kind: 'deployment-requested', actor: made.actor, data }], made.at);
    return number;
  });
}

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

export async function findDeployment(rows: Rows, id: string): Promise<StoredDeployment | null> {
  const row = await rows.selectFrom('deployment').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? fromRow(row) : null;
}

/** Grows with every change of state; null when there is no such deployment. */
export async function versionOf(rows: Rows, id: string): Promise<number | null> {
  const row = await rows.selectFrom('deployment').select('version').where('id', '=', id).executeTakeFirst();
  return row?.version ?? null;
}

/** Newest first. */
export async function listDeployments(
  rows: Rows,
  project: string,
  filter: { environment?: string; open?: boolean; limit?: number } = {},
): Promise<readonly StoredDeployment[]> {
  let query = rows.selectFrom('deployment').selectAll().where('project', '=', project);
  if (filter.environment !== undefined) query = query.where('environment', '=', filter.environment);
  if (filter.open) query = query.where('ended_at', 'is', null);
  return (
    await query
      .orderBy('created_at', 'desc')
      .orderBy('number', 'desc')
      .limit(filter.limit ?? 100)
      .execute()
  ).map(fromRow);
}

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

/**
 * An answer and what was seen; a check that runs again after a crash replaces its own earlier answer. False when `node` may
 * not act any more: it was paused, and what another has recorded meanwhile must not be replaced by the older answer.
 */
export async function saveResult(
  store: Store,
  node: string,
  deployment: string,
  result: CheckResult,
  evidence: EvidenceBody | null,
): Promise<boolean> {
  return store.change(async (rows) => {
    if (!(await mayAct(rows, node))) return false;
    if (evidence && result.evidence)
      await rows
        .insertInto('evidence')
        .values({ deployment, hash: result.evidence, body: JSON.stringify(evidence) })
        .onConflict((conflict) => conflict.doNothing())
        .execute();
    await rows
      .insertInto('result')
      .values({ deployment, name: result.name, body: JSON.stringify(result) })
      .onConflict((conflict) =>
        conflict.columns(['deployment', 'name']).doUpdateSet({ body: JSON.stringify(result), recorded_at: new Date() }),
      )
      .execute();
    return true;
  });
}

export async function resultsOf(rows: Rows, deployment: string): Promise<readonly CheckResult[]> {
  const found = await rows.selectFrom('result').select('body').where('deployment', '=', deployment).execute();
  return found.map((row) => row.body).toSorted((a, b) => a.beganAt - b.beganAt || (a.name < b.name ? -1 : 1));
}

export async function accountOf(rows: Rows, id: string): Promise<Account | null> {
  const deployment = await findDeployment(rows, id);
  if (!deployment) return null;
  const steps = await rows.selectFrom('step').select('body').where('deployment', '=', id).orderBy('number').execute();
  const evidence = await rows.selectFrom('evidence').select(['hash', 'body']).where('deployment', '=', id).execute();
  const acceptances = await rows
    .selectFrom('acceptance')
    .selectAll()
    .where('deployment', '=', id)
    .orderBy('at')
    .execute();
  const { number, actor, plan, createdAt, endedAt, status, ending, verdict } = deployment;
  return {
    ...{ id, number, actor, plan, createdAt, endedAt, status, ending, verdict },
    results: await resultsOf(rows, id),
    steps: steps.map((row) => row.body),
    evidence: Object.fromEntries(evidence.map((row) => [row.hash, row.body])),
    acceptedConditions: acceptances.map((row) => ({ id: row.condition, by: row.by, at: row.at.getTime() })),
    records: await recordsOf(rows, deployment.model.name, id),
  };
}

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

/** A number that grows with every operation and every change of owner; null when `node` may not act any more. */
export async function claimEpoch(
  store: Store,
  project: string,
  environment: string,
  node: string,
  operation: string,
): Promise<number | null> {
  return store.change(async (rows) => {
    if (!(await mayAct(rows, node))) return null;
    await lockEnvironment(rows, project, environment);
    const owner = `${node}/${operation}`;
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

type DeploymentRow = Omit<StoredDeployment, 'createdAt' | 'endedAt'> & { created_at: Date; ended_at: Date | null };

function fromRow({ created_at, ended_at, ...row }: DeploymentRow): StoredDeployment {
  const { id, number, environment, actor, status, request, model, plan, state, version, verdict, ending } = row;
  return {
    ...{ id, number, environment, actor, status, request, model, plan, state, version, verdict, ending },
    ...{ createdAt: created_at.getTime(), endedAt: ended_at?.getTime() ?? null },
  };
}
