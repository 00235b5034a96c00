import type { DeploymentState, Ending } from '../domain/deployment.ts';
import type { Plan } from '../domain/plan.ts';
import type { Project } from '../domain/project.ts';
import type { Verdict } from '../domain/verdict.ts';
import { lockEnvironment } from './environments.ts';
import { append } from './records.ts';
import type { DeploymentRequest } from './schema.ts';
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
export const insertDeployment = async (store: Store, made: NewDeployment): Promise<number> =>
  (await insertOrFind(store, made)).number;

/** The same, unless a rollback of the environment to the same release is open already: of two that are asked for at once there is one (F078). */
export async function insertOrFind(
  store: Store,
  made: NewDeployment,
): Promise<{ readonly id: string; readonly number: number }> {
  return store.change(async (rows) => {
    const name = made.project.name;
    await lockEnvironment(rows, name, made.environment);
    if (made.request.purpose === 'roll-back') {
      const open = await listDeployments(rows, name, { environment: made.environment, open: true });
      const same = open.find(
        ({ request, state }) =>
          request.purpose === 'roll-back' && request.releaseId === made.request.releaseId && !state?.goingBack,
      );
      if (same) return { id: same.id, number: same.number };
    }
    const last = await rows
      .selectFrom('deployment')
      .select((select) => select.fn.max('number').as('number'))
      .where('project', '=', name)
      .where('environment', '=', made.environment)
      .executeTakeFirst();
    const known = await rows.selectFrom('deployment').select('number').where('id', '=', made.id).executeTakeFirst();
    if (known) return { id: made.id, number: known.number };
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
      ...(made.request.urgent && { urgent: true }),
      reason: made.request.reason,
    };
    await append(rows, name, made.id, [{ kind: 'deployment-requested', actor: made.actor, data }], made.at);
    return { id: made.id, number };
  });
}

export async function findDeployment(rows: Rows, id: string): Promise<StoredDeployment | null> {
  const row = await rows.selectFrom('deployment').selectAll().where('id', '=', id).executeTakeFirst();
  return row ? fromRow(row) : null;
}

/** Grows with every change of state; null when there is no such deployment. */
export async function versionOf(rows: Rows, id: string): Promise<number | null> {
  const row = await rows.selectFrom('deployment').select('version').where('id', '=', id).executeTakeFirst();
  return row?.version ?? null;
}

/** Newest first: in one environment by number, whatever the clocks said when they were made. */
export async function listDeployments(
  rows: Rows,
  project: string,
  filter: { environment?: string; open?: boolean; limit?: number } = {},
): Promise<readonly StoredDeployment[]> {
  let query = rows.selectFrom('deployment').selectAll().where('project', '=', project);
  if (filter.environment !== undefined) query = query.where('environment', '=', filter.environment);
  if (filter.open) query = query.where('ended_at', 'is', null);
  if (filter.environment === undefined) query = query.orderBy('created_at', 'desc');
  return (
    await query
      .orderBy('number', 'desc')
      .limit(filter.limit ?? 100)
      .execute()
  ).map(fromRow);
}

type DeploymentRow = Omit<StoredDeployment, 'createdAt' | 'endedAt'> & { created_at: Date; ended_at: Date | null };

function fromRow({ created_at, ended_at, ...row }: DeploymentRow): StoredDeployment {
  const { id, number, environment, actor, status, request, model, plan, state, version, verdict, ending } = row;
  return {
    ...{ id, number, environment, actor, status, request, model, plan, state, version, verdict, ending },
    ...{ createdAt: created_at.getTime(), endedAt: ended_at?.getTime() ?? null },
  };
}
