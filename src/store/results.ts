import type { EvidenceBody } from '../domain/account.ts';
import type { CheckResult } from '../domain/verdict.ts';
import { mayAct } from './lease.ts';
import type { Rows, Store } from './store.ts';

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

/** What a check saw, by the hash of it; null where nothing is kept under that. Whoever rests on it hashes it again. */
export async function evidenceOf(rows: Rows, deployment: string, hash: string): Promise<EvidenceBody | null> {
  const found = await rows
    .selectFrom('evidence')
    .select('body')
    .where('deployment', '=', deployment)
    .where('hash', '=', hash)
    .executeTakeFirst();
  return found?.body ?? null;
}
