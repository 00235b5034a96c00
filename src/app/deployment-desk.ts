import {
  newDeployment,
  newServes,
  type DeploymentState,
  type Message,
  type Operation,
  type OperationResult,
} from '../domain/deployment.ts';
import { FailureError } from '../domain/failure.ts';
import { narrate, statusOf } from '../domain/narration.ts';
import { makePlan } from '../domain/plan.ts';
import type { StepAccount } from '../domain/account.ts';
import type { StepKind } from '../domain/step.ts';
import { findDeployment, type StoredDeployment } from '../store/deployments.ts';
import { servingIn, standing } from '../store/environments.ts';
import { saveResult } from '../store/results.ts';
import { saveState, type StateChange } from '../store/states.ts';
import { stepBeganAt } from '../store/accounts.ts';
import { countAttempt } from '../store/attempts.ts';
import type { Serving } from '../store/schema.ts';
import type { Desk, RunStep } from '../workflow/deployment-flow.ts';
import { isInterruption } from '../workflow/engine.ts';
import { inTime } from './in-time.ts';
import { lostLease, openSite, requireItsPlan } from './site.ts';
import { admit } from './steps/admit.ts';
import { bake } from './steps/bake.ts';
import { prepare, start } from './steps/bring-up.ts';
import { checks } from './steps/checks.ts';
import { switchOver } from './steps/cut-over.ts';
import { decideRelease } from './steps/decide.ts';
import { drain } from './steps/drain.ts';
import { drift } from './steps/drift.ts';
import { keepWayBack } from './steps/keep-way-back.ts';
import { migrate } from './steps/migrate.ts';
import { preview } from './steps/preview.ts';
import { prove } from './steps/prove.ts';
import { rehearseBack, rehearseForth } from './steps/rehearse.ts';
import type { StepModule } from './steps/step-task.ts';
import { stopOld } from './steps/stop-old.ts';
import { verify, verifyBack } from './steps/verify.ts';
import { drainNew, stopNew, switchBack } from './steps/way-back.ts';
import type { World } from './world.ts';

const modules: Record<StepKind, StepModule> = {
  ...{ admit, drift, 'way-back': keepWayBack, migrate, prepare, start, prove, preview, checks, decide: decideRelease },
  ...{ switch: switchOver, verify, bake, drain, stop: stopOld },
  ...{ 'rehearse-back': rehearseBack, 'rehearse-forth': rehearseForth },
  ...{ 'switch-back': switchBack, 'verify-back': verifyBack, 'drain-new': drainNew, 'stop-new': stopNew },
};

/** Steps that change the world: when one of them breaks, nobody can tell what stands, and a person is asked. */
const acting: ReadonlySet<StepKind> = new Set([
  ...(['migrate', 'switch', 'rehearse-back', 'rehearse-forth', 'stop'] as const),
  ...(['switch-back', 'drain-new', 'stop-new'] as const),
]);

/** The way back starts nothing of the plan, and must not wait for somebody who mends the database. */
const returning: ReadonlySet<StepKind> = new Set(['switch-back', 'verify-back', 'drain-new', 'stop-new']);

/** The use cases behind the deployment flow. */
export function makeDesk(world: World): Desk {
  return {
    open: (id) => open(world, id),
    save: (id, version, before, message, after) => save(world, id, version, before, message, after),
    attempted: (operation, recorded) => countAttempt(world.store, world.node, operation, recorded),
    reach: world.reach,
    async perform(task, run): Promise<OperationResult> {
      const { deployment, operation } = task;
      const { step, number } = operation;
      const name = `${step.name}`;
      await world.reach(`${name}:before`);
      const result = await attempt(async () => {
        const site = await openSite(world, deployment);
        if (!returning.has(step.kind)) await requireItsPlan(site);
        const work = (run: RunStep) => modules[step.kind]({ site, step, operation: `${deployment}-${number}`, run });
        return inTime(world, task, run, work);
      }, step.kind);
      await world.reach(`${name}:after`);
      return result;
    },
  };
}

async function attempt(work: () => Promise<OperationResult>, kind: StepKind): Promise<OperationResult> {
  try {
    return await work();
  } catch (error) {
    if (isInterruption(error)) throw error;
    const reason =
      error instanceof FailureError
        ? error.failures.map((each) => `${each.code} ${each.message}`).join(' ')
        : messageOf(error);
    return { status: acting.has(kind) ? 'unknown' : 'failed', reason };
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Makes the plan under the lock, from what stands now: it may have changed while the deployment was queued. */
async function open(world: World, id: string): Promise<DeploymentState> {
  const deployment = await found(world, id);
  if (deployment.state) return deployment.state;
  const { model, plan: requested } = deployment;
  const environment = model.environments.find((each) => each.name === deployment.environment)!;
  const serving = await world.store.read((rows) => servingIn(rows, model.name, environment.name));
  const plan = makePlan(
    {
      project: model,
      environment,
      release: requested.release,
      standing: standing(serving),
      purpose: requested.purpose,
      urgent: deployment.request.urgent === true,
    },
    world.hash,
  );
  const state = newDeployment(plan.steps);
  const at = world.clock.now();
  const records = [
    {
      kind: 'deployment-began',
      actor: 'greenroom',
      data: { plan: plan.hash, standing: plan.standing.releaseId, colour: plan.colour },
    },
  ];
  await saveState(world.store, deployment, {
    version: 0,
    state,
    status: 'running',
    plan,
    steps: [],
    ending: null,
    records,
    at,
  });
  return state;
}

async function found(world: World, id: string): Promise<StoredDeployment> {
  const deployment = await world.store.read((rows) => findDeployment(rows, id));
  if (!deployment) throw new Error(`deployment ${id} is not in the store`);
  return deployment;
}

async function save(
  world: World,
  id: string,
  version: number,
  before: DeploymentState,
  message: Message,
  after: DeploymentState,
): Promise<void> {
  await world.reach(`save:${version}:before`);
  const deployment = await found(world, id);
  const at = world.clock.now();
  const serving = servingAfter(deployment, before, after);
  const change: StateChange = {
    ...{
      version,
      state: after,
      status: statusOf(after),
      ending: after.ended,
      records: narrate(before, message, after),
      at,
    },
    steps: await stepAccounts(world, deployment, before, message, after, at),
    beforeCommit: () => world.reach(`save:${version}:inside`),
    ...(serving !== undefined && { serving }),
  };
  await recordWord(world, deployment, before, message);
  await saveState(world.store, deployment, change);
  if (after.ended) await world.folders.endCommands([`work/${id}`]);
  await world.reach(`save:${version}:after`);
}

/** Whoever said that the switch or the way back is done, the step or a person, the record follows. */
function servingAfter(
  { id, plan }: StoredDeployment,
  before: DeploymentState,
  after: DeploymentState,
): Serving | null | undefined {
  if (newServes(before) === newServes(after)) return undefined;
  const { release, colour, standing: old } = plan;
  if (newServes(after)) return { releaseId: release.id, releaseRevision: release.revision, colour, deployment: id };
  if (old.releaseId === null || old.releaseRevision === null || old.colour === null) return null;
  return { releaseId: old.releaseId, releaseRevision: old.releaseRevision, colour: old.colour, deployment: id };
}

/** A person's word stands where a step was cut off, and is shown as what it is: nothing was measured. */
async function recordWord(
  world: World,
  { id, plan }: StoredDeployment,
  before: DeploymentState,
  message: Message,
): Promise<void> {
  if (message.kind !== 'resolve' || message.choice !== 'continue' || before.hold?.kind !== 'unknown') return;
  const { name, phase } = before.hold.step;
  if (!plan.policy.required.some((required) => required.name === name)) return;
  const at = world.clock.now();
  const said = {
    outcome: 'warn',
    reason: `was cut off, and taken as done by ${message.by}`,
    findings: [],
    cause: null,
    next: null,
  } as const;
  const of = { releaseRevision: plan.release.revision, environment: plan.environment, beganAt: at, endedAt: at };
  const word = { name, phase: phase ?? '', ...said, evidence: null, attempts: ['warn'], ...of } as const;
  if (!(await saveResult(world.store, world.node, id, word, null))) lostLease();
}

async function stepAccounts(
  world: World,
  deployment: StoredDeployment,
  before: DeploymentState,
  message: Message,
  after: DeploymentState,
  at: number,
): Promise<StateChange['steps']> {
  const changed: StateChange['steps'][number][] = [];
  const ended = before.running;
  if (ended && after.running?.number !== ended.number)
    changed.push({ number: ended.number, body: await endedAccount(world, deployment.id, ended, message, at) });
  const begun = after.running;
  if (begun && begun.number !== ended?.number)
    changed.push({
      number: begun.number,
      body: {
        name: begun.step.name,
        kind: begun.step.kind,
        phase: begun.step.phase,
        beganAt: at,
        endedAt: null,
        status: 'running',
        reason: null,
        facts: {},
      },
    });
  return changed;
}

async function endedAccount(
  world: World,
  deployment: string,
  { number, step }: Operation,
  message: Message,
  at: number,
): Promise<StepAccount> {
  const beganAt = (await world.store.read((rows) => stepBeganAt(rows, deployment, number))) ?? at;
  const begun = { name: step.name, kind: step.kind, phase: step.phase, beganAt, endedAt: at };
  if (message.kind !== 'operation-ended') return { ...begun, status: 'cut-off', reason: 'cut off', facts: {} };
  const { result } = message;
  const reason = result.status === 'done' ? null : result.reason;
  return { ...begun, status: result.status, reason, facts: result.facts ?? {} };
}
