import type { Account } from '../domain/account.ts';
import { answerContradiction, contradiction } from '../domain/contradiction.ts';
import { brokenOf } from '../domain/record.ts';
import { acceptedByLog } from '../domain/witness.ts';
import { findDeployment } from './deployments.ts';
import { sha256, wholeLog } from './records.ts';
import { resultsOf } from './results.ts';
import type { Rows } from './store.ts';

/** When an operation was begun first, whoever runs it now; null before it is. */
export async function stepBeganAt(rows: Rows, deployment: string, number: number): Promise<number | null> {
  const row = await rows
    .selectFrom('step')
    .select('body')
    .where('deployment', '=', deployment)
    .where('number', '=', number)
    .executeTakeFirst();
  return row?.body.beganAt ?? null;
}

/** Ask for a view: what is compared with the log must be of one moment. */
export async function accountOf(rows: Rows, id: string): Promise<Account | null> {
  const deployment = await findDeployment(rows, id);
  if (!deployment) return null;
  const steps = await rows.selectFrom('step').select('body').where('deployment', '=', id).orderBy('number').execute();
  const evidence = await rows.selectFrom('evidence').select(['hash', 'body']).where('deployment', '=', id).execute();
  const { log, ownOf } = await wholeLog(rows, deployment.model.name);
  const records = ownOf(id);
  const results = await resultsOf(rows, id);
  const evidenceByHash = Object.fromEntries(evidence.map((row) => [row.hash, row.body]));
  const { number, actor, plan, createdAt, endedAt, status, ending, verdict } = deployment;
  return {
    ...{ id, number, actor, plan, createdAt, endedAt, status, ending, verdict },
    results,
    steps: steps.map((row) => row.body),
    evidence: evidenceByHash,
    acceptedConditions: acceptedByLog(records),
    records,
    contradiction:
      contradiction(deployment, { broken: brokenOf(log, sha256), own: records }, sha256) ??
      answerContradiction({ verdict, results, evidence: evidenceByHash }, sha256),
  };
}
