import { fail } from '../domain/failure.ts';
import type { ChainedRecord } from '../domain/record.ts';
import type { CheckResult } from '../domain/verdict.ts';
import { findDeployment, versionOf, type StoredDeployment } from '../store/deployments.ts';
import { resultsOf } from '../store/results.ts';
import { recordsOf } from '../store/records.ts';
import type { World } from './world.ts';

export type DeploymentEvent =
  | { readonly kind: 'record'; readonly record: ChainedRecord }
  | { readonly kind: 'result'; readonly result: CheckResult }
  /** Nothing new; the state as it stands, for a clock on the screen. */
  | { readonly kind: 'standing'; readonly deployment: StoredDeployment };

const lookEveryMs = 120;

/** Everything that happens in a deployment, from its beginning, until it has ended or `signal` says enough. */
export async function* followDeployment(
  world: Pick<World, 'store' | 'clock'>,
  id: string,
  signal: AbortSignal,
): AsyncGenerator<DeploymentEvent> {
  let sequence = 0;
  let deployment: StoredDeployment | null = null;
  const told = new Map<string, number>();
  for (;;) {
    const version = await world.store.read((rows) => versionOf(rows, id));
    // Model, plan and state are large, and most looks find them as they were.
    if (deployment?.version !== version || deployment?.status === 'queued')
      deployment = await world.store.read((rows) => findDeployment(rows, id));
    if (!deployment)
      fail({ code: 'GR4301', message: `There is no deployment "${id}".`, do: 'Run "greenroom history".' });
    const { model } = deployment;
    const records = await world.store.read((rows) => recordsOf(rows, model.name, id, sequence));
    const results = await world.store.read((rows) => resultsOf(rows, id));
    const fresh = results.filter((result) => told.get(result.name) !== result.endedAt);
    for (const result of fresh) told.set(result.name, result.endedAt);
    yield* inTime(records, fresh);
    sequence = records.at(-1)?.sequence ?? sequence;
    yield { kind: 'standing', deployment };
    if (deployment.endedAt !== null || signal.aborted) return;
    await world.clock.sleep(lookEveryMs, signal).catch(() => {});
  }
}

function inTime(records: readonly ChainedRecord[], results: readonly CheckResult[]): readonly DeploymentEvent[] {
  const events = [
    ...records.map((record) => ({ at: record.at, event: { kind: 'record', record } as const })),
    ...results.map((result) => ({ at: result.endedAt, event: { kind: 'result', result } as const })),
  ];
  return events.toSorted((a, b) => a.at - b.at).map(({ event }) => event);
}
