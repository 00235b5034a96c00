import {
  decide,
  fold,
  type DeploymentState,
  type Message,
  type Operation,
  type OperationResult,
} from '../domain/deployment.ts';
import { isInterruption, type Engine, type FlowContext } from './engine.ts';

/** What the flow needs of the use cases; every call is safe to repeat. */
export interface Desk {
  /** Under the environment's lock: makes the plan from what stands now, and answers the first state. */
  open(deployment: string): Promise<DeploymentState>;
  /** Writes the state that `message` led to, with its records. */
  save(
    deployment: string,
    version: number,
    before: DeploymentState,
    message: Message,
    after: DeploymentState,
  ): Promise<void>;
  /** Carries one operation out. `run` records each effect's answer. A throw means that nobody can tell what stands. */
  perform(task: OperationTask, run: RunStep): Promise<OperationResult>;
  /** How many processes have begun the operation without recording more than `recorded` answers, this one included. */
  attempted(operation: string, recorded: number): Promise<number>;
  /** Fault points between two recorded answers; nothing otherwise. */
  reach(point: string): Promise<void>;
}

export interface OperationTask {
  readonly deployment: string;
  readonly operation: Operation;
}

export type RunStep = <T>(name: string, effect: (signal: AbortSignal) => Promise<T>) => Promise<T>;

/** Processes that may die in one step without getting further, before a person is asked instead of the next process. */
const mostAttempts = 5;

/** Longest wait for a message before the flow asks again. */
const patienceMs = 24 * 3_600_000;

/** Two flows: the deployment, which only decides and remembers, and the operation, which acts and reports to its inbox. */
export function defineFlows(engine: Engine, desk: Desk): void {
  engine.define<{ deployment: string }>('deployment', (flow, { deployment }) => drive(flow, deployment, desk));
  engine.define<OperationTask>('operation', async (flow, task) => {
    const result = await carryOut(flow, task, desk);
    const number = task.operation.number;
    const message: Message = { kind: 'operation-ended', number, result };
    await flow.tell(task.deployment, message, `${flow.id}/ended`);
    await desk.reach(`${task.operation.step.name}:told`);
  });
}

/** Whatever breaks becomes an answer: a deployment that is never told how its operation went would wait for good. */
async function carryOut(flow: FlowContext, task: OperationTask, desk: Desk): Promise<OperationResult> {
  try {
    const attempts = await desk.attempted(flow.id, await flow.recorded());
    if (attempts <= mostAttempts) return await desk.perform(task, flow.step);
    return {
      status: 'unknown',
      reason: `${attempts - 1} processes have died in this step without getting any further`,
    };
  } catch (error) {
    if (isInterruption(error)) throw error;
    return { status: 'unknown', reason: error instanceof Error ? error.message : String(error) };
  }
}

async function drive(flow: FlowContext, deployment: string, desk: Desk): Promise<void> {
  let state = await flow.step('open', () => desk.open(deployment));
  for (let version = 1; ; version += 1) {
    const action = decide(state);
    if (action.kind === 'end') return;
    // Between two operations the inbox is looked at first, so that a cancel never waits behind the next step.
    const waiting = (await flow.inbox(action.kind === 'begin' ? 0 : patienceMs)) as Message | null;
    const message: Message | null = waiting ?? (action.kind === 'begin' ? { kind: 'begin' } : null);
    if (message === null) continue;
    const before = state;
    const after = fold(before, message);
    await flow.step(`save ${message.kind}`, () => desk.save(deployment, version, before, message, after));
    await desk.reach(`save:${version}:recorded`);
    state = after;
    const { running } = before;
    if (running && running.number !== after.running?.number && message.kind !== 'operation-ended')
      await flow.cutOff(operationId(deployment, running));
    if (after.running && after.running.number !== running?.number)
      await flow.spawn('operation', operationId(deployment, after.running), { deployment, operation: after.running });
  }
}

const operationId = (deployment: string, { number, step }: Operation): string => `${deployment}/${number}-${step.name}`;
