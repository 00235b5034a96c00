import { DBOS } from '@dbos-inc/dbos-sdk';
import { DBOSExecutor } from '@dbos-inc/dbos-sdk/internal/dbos-executor';
import type { Lease } from '../kinds/lease.ts';
import type { Engine, FlowContext } from './engine.ts';
import { flowVersion, foundFlow } from './found-flow.ts';
import { startHeart, type Heart } from './heart.ts';
import { migrateEngine } from './migrate-engine.ts';

export interface DbosOptions {
  readonly url: string;
  readonly lease: Lease;
  /** Called once when this process may not act any more. */
  readonly onFenced: () => void;
  /** Called when the database cannot be reached, before the next try. */
  readonly revive: () => Promise<void>;
}

/** NOTIFY wakes a waiting flow at once; polling is the net below it, for what was said while the database was away. */
const pollingIntervalMs = 3_000;
const completionMs = 300;
/** Deployments that one process carries on at a time, those that wait for a person among them; the rest keep their place in the queue. */
export const mostFlows = 64;

type Flow = (input: unknown) => Promise<void>;

export function openDbosEngine({ url, lease, onFenced, revive }: DbosOptions): Engine {
  const flows = new Map<string, Flow>();
  let heart: Heart | null = null;

  const context: FlowContext = {
    get id() {
      return DBOS.workflowID ?? '';
    },
    step: (name, effect) =>
      DBOS.runStep(
        async () => {
          await heart?.prove();
          try {
            return await effect(DBOS.stepStatus?.cancelSignal ?? new AbortController().signal);
          } catch (error) {
            // An effect that failed because others have taken over is no answer of the step: this process ends instead.
            await heart?.assertAlive().catch(() => {});
            throw error;
          }
        },
        { name },
      ),
    inbox: (timeoutMs) => DBOS.recv('inbox', { timeoutSeconds: timeoutMs / 1000, pollingIntervalMs }),
    spawn: async (kind, id, input) => {
      await DBOS.startWorkflow(flowOf(flows, kind, id), { workflowID: id })(input);
    },
    tell: (id, message, key) => DBOS.send(id, message, 'inbox', key),
    // Not by DBOS itself, which would record the answer and give it again after a crash.
    recorded: async () =>
      (await DBOSExecutor.globalInstance?.listWorkflowSteps(DBOS.workflowID ?? '', false))?.length ?? 0,
    cutOff: (id) => DBOS.cancelWorkflow(id),
  };

  return {
    define(kind, flow) {
      flows.set(kind, DBOS.registerWorkflow((input: never) => flow(context, input), { name: kind }) as Flow);
    },
    async open() {
      await migrateEngine(url);
      DBOS.setConfig({
        ...{
          name: 'greenroom',
          systemDatabaseUrl: url,
          logLevel: 'error',
          applicationVersion: flowVersion,
          executorID: lease.node,
        },
        // As in the store: a paused process holds the engine's locks no longer than its lease.
        systemDatabaseIdleTransactionTimeoutMs: lease.ttlMs,
        ...{ runMigrations: false, schedulerPollingIntervalMs: 60_000 },
      });
      await lease.join();
      heart = startHeart(lease, { onFenced, revive, recover: () => recover(lease) });
      await DBOS.launch();
      await DBOS.registerQueue('environment', {
        ...{ partitionConcurrency: 1, workerConcurrency: mostFlows, minPollingIntervalMs: 100 },
      });
      await heart.beat();
      void forgetFinished().catch(() => {});
    },
    async start(kind, id, input, { lock, number }) {
      // By its number and not by the time of its start, which two can have in common and a clock can turn round.
      const enqueueOptions = { queuePartitionKey: lock, priority: number };
      const queued = { workflowID: id, queueName: 'environment', enqueueOptions };
      await DBOS.startWorkflow(flowOf(flows, kind, id), queued)(input);
    },
    tell: (id, message, key) => DBOS.send(id, message, 'inbox', key),
    find: async (id) => foundFlow(await DBOS.getWorkflowStatus(id)),
    abandon: (id) => DBOS.cancelWorkflow(id, { cancelChildren: true }),
    async close(manner) {
      heart?.stop();
      // Flows that have just reached their end get the moment they need to say so.
      await DBOS.shutdown({ workflowCompletionTimeoutMS: completionMs }).catch(() => {});
      await lease.leave(manner).catch(() => {});
    },
  };
}

/** Gives flows whose owner no longer lives back to whoever asks next. */
async function recover(lease: Lease): Promise<void> {
  const pending = { status: 'PENDING', applicationVersion: flowVersion, loadInput: false, loadOutput: false } as const;
  const owners = (await DBOS.listWorkflows(pending)).map((each) => each.executorId);
  // Asked after the owners: one that joined meanwhile and owns a flow already is among the living, and keeps it.
  const living = await lease.living();
  const orphaned = new Set(owners.filter((owner): owner is string => owner !== undefined && !living.includes(owner)));
  if (orphaned.size > 0) await DBOSExecutor.globalInstance?.recoverPendingWorkflows([...orphaned]);
}

/** The engine never collects its history; what Greenroom has to keep stands in its own record. */
async function forgetFinished(): Promise<void> {
  const completedBefore = new Date(Date.now() - 7 * 86_400_000).toISOString();
  const status = ['SUCCESS', 'ERROR', 'CANCELLED'] as const;
  const old = await DBOS.listWorkflows({
    status: [...status],
    completedBefore,
    limit: 500,
    loadInput: false,
    loadOutput: false,
  });
  await DBOS.deleteWorkflows(old.map((flow) => flow.workflowID));
}

/** The flow to start; without an id DBOS would make one up, and nothing would start only once. */
function flowOf(flows: ReadonlyMap<string, Flow>, kind: string, id: string): Flow {
  if (id === '') throw new Error(`a flow of kind "${kind}" needs an id`);
  const flow = flows.get(kind);
  if (!flow) throw new Error(`no flow is called "${kind}"`);
  return flow;
}
