import type { Message } from '../domain/deployment.ts';
import type { World } from './world.ts';

export interface GoBackOrder {
  readonly as: 'cancelled' | 'superseded' | 'rolled-back';
  readonly by: string;
  readonly reason: string;
}

/** Asks a deployment in progress to take itself back; whether it still can is decided by its own rules. */
export async function goBack(world: World, deployment: string, { as, by, reason }: GoBackOrder): Promise<void> {
  const message: Message = { kind: 'go-back', as, by, reason };
  await world.engine.tell(deployment, message, `${deployment}/go-back/${as}/${by}/${world.clock.now()}`);
}
