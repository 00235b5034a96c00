import { answersTo, owesConditions } from '../domain/answers.ts';
import { choicesOf, type Choice, type Message } from '../domain/deployment.ts';
import { fail } from '../domain/failure.ts';
import { saveAcceptance, type Acceptance } from '../store/acceptances.ts';
import { findDeployment, listDeployments, type StoredDeployment } from '../store/deployments.ts';
import type { World } from './world.ts';

export interface Accepted extends Acceptance {
  readonly deployment: StoredDeployment;
}

/** A person takes a condition of a conditional verdict upon them. Answers the deployments that owe it, and who has accepted it there. */
export async function acceptCondition(
  world: World,
  project: string,
  condition: string,
  by: string,
  environment: string | null,
  reason: string | null = null,
): Promise<readonly Accepted[]> {
  const filter = environment === null ? {} : { environment };
  const deployments = await world.store.read((rows) => listDeployments(rows, project, { ...filter, limit: 1000 }));
  const owing = newestPerEnvironment(
    deployments.filter(
      (each) => owesConditions(each.ending) && each.verdict?.conditions.some((owed) => owed.id === condition),
    ),
  );
  if (owing.length === 0)
    fail({
      code: 'GR4306',
      message: `No deployment owes a condition "${condition}".`,
      do: 'Run "greenroom status" to see what is owed.',
    });
  const all: Accepted[] = [];
  for (const deployment of owing) {
    const acceptance = await saveAcceptance(world.store, deployment, { condition, by, reason }, world.clock.now());
    all.push({ deployment, ...acceptance });
    // Told again where it was accepted before: whoever did so may have died before the engine heard of it.
    const message: Message = { kind: 'accept', condition, by: acceptance.by };
    if (deployment.endedAt === null)
      await world.engine.tell(deployment.id, message, `${deployment.id}/accept/${condition}`);
  }
  return all;
}

function newestPerEnvironment(deployments: readonly StoredDeployment[]): readonly StoredDeployment[] {
  return deployments.filter(
    (each, index) => deployments.findIndex((other) => other.environment === each.environment) === index,
  );
}

/** A person says what an unknown step came to. */
export async function resolveUnknown(world: World, id: string, choice: Choice, by: string): Promise<void> {
  const deployment = await world.store.read((rows) => findDeployment(rows, id));
  if (deployment?.state?.hold?.kind !== 'unknown')
    fail({
      code: 'GR4307',
      message: `Deployment ${id} does not wait for such an answer.`,
      do: 'Run "greenroom status".',
    });
  const { state, number, environment } = deployment;
  if (!choicesOf(state).includes(choice))
    fail({
      code: 'GR4316',
      message: `Deployment ${number} of ${environment} waits in "${deployment.state.hold.step.name}", where --${choice} is no answer: ${state.goingBack ? 'it goes back already, and only the step itself can say that it has' : choice === 'continue' ? 'only the step itself knows where the traffic is' : 'the version before is being stopped'}.`,
      do: answersTo(environment, state).join('\n'),
    });
  const message: Message = { kind: 'resolve', choice, by };
  await world.engine.tell(id, message, `${id}/resolve/${deployment.version}`);
}
