import { newDeployment, type Ending } from '../domain/deployment.ts';
import { fail } from '../domain/failure.ts';
import { stepBeganAt } from '../store/accounts.ts';
import { findDeployment, type StoredDeployment } from '../store/deployments.ts';
import { saveState, type StateChange } from '../store/states.ts';
import type { World } from './world.ts';

export interface GiveUpOrder {
  readonly by: string;
  readonly reason: string;
}

/**
 * Ends a deployment with which nobody can go on (see `findObstacle`). Nothing is undone, no step is run: what it has done stands,
 * and what is recorded to serve is what serves. The environment is free again.
 */
export async function giveUp(world: World, deployment: StoredDeployment, { by, reason }: GiveUpOrder): Promise<void> {
  const { id, plan, version, number, environment } = deployment;
  await world.engine.abandon(id);
  const at = world.clock.now();
  const ending: Ending = { as: 'cancelled', reason: `given up as it stood: ${reason} (${by})` };
  const state = deployment.state ?? newDeployment(plan.steps);
  await saveState(world.store, deployment, {
    ...{ version: version + 1, status: 'ended', ending, at },
    state: { ...state, running: null, hold: null, wish: null, ended: ending },
    steps: await cutOffStep(world, deployment, at),
    records: [
      { kind: 'given-up', actor: by, data: { reason, step: state.running?.step.name ?? null } },
      { kind: 'deployment-ended', actor: 'greenroom', data: { as: ending.as, reason: ending.reason } },
    ],
  });
  const now = await world.store.read((rows) => findDeployment(rows, id));
  if (now?.endedAt === null)
    fail({
      code: 'GR3404',
      message: `Deployment ${number} of ${environment} went on while it was given up.`,
      do: 'Run "greenroom status", then the same command again.',
    });
  await world.folders.endCommands([`work/${id}`]);
}

async function cutOffStep(world: World, { id, state }: StoredDeployment, at: number): Promise<StateChange['steps']> {
  if (!state?.running) return [];
  const { number, step } = state.running;
  const beganAt = (await world.store.read((rows) => stepBeganAt(rows, id, number))) ?? at;
  const { name, kind, phase } = step;
  const body = { name, kind, phase, beganAt, endedAt: at, status: 'cut-off', reason: 'given up', facts: {} } as const;
  return [{ number, body }];
}
