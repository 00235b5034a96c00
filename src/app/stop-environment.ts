import { fail } from '../domain/failure.ts';
import type { Project } from '../domain/project.ts';
import { listDeployments } from '../store/deployments.ts';
import { claimEpoch, saveStopped } from '../store/environments.ts';
import { environmentOf } from './plan-deployment.ts';
import { lostLease } from './site.ts';
import { takeDown } from './take-down.ts';
import type { World } from './world.ts';

/** Ends everything that runs in an environment, on purpose and on record; the next deployment begins from nothing. */
export async function stopEnvironment(world: World, project: Project, name: string, actor: string): Promise<void> {
  const environment = environmentOf(project, name);
  const [open] = await world.store.read((rows) =>
    listDeployments(rows, project.name, { environment: name, open: true }),
  );
  if (open)
    fail({
      code: 'GR4309',
      message: `Deployment ${open.number} is in progress in ${name}.`,
      do: `Run "greenroom cancel ${name}" first.`,
    });
  const epoch = await claimEpoch(world.store, project.name, name, world.node, 'stop-environment');
  if (epoch === null) return lostLease();
  await takeDown(world, project, environment, world.home, epoch);
  const ended = await world.store.read((rows) => listDeployments(rows, project.name, { environment: name }));
  await world.folders.endCommands(ended.map(({ id }) => `work/${id}`));
  const stopped = { project: project.name, environment: name, epoch, actor, at: world.clock.now() };
  if (!(await saveStopped(world.store, stopped)))
    fail({
      code: 'GR4310',
      message: `Something else has begun in ${name} while it was being stopped.`,
      do: `Run "greenroom status"; stop it again when it still should be.`,
    });
}
