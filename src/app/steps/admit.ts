import { promotionObstacles } from '../../domain/promotion.ts';
import { proofOf, overdueConditions } from '../proof.ts';
import type { StepModule } from './step-task.ts';

/** Asks again, under the environment's lock, whether this release may enter: what was true when it was requested may not be now. */
export const admit: StepModule = ({ site, run }) =>
  run('admit', async () => {
    const { world, project, deployment, environment } = site;
    const { plan, request } = deployment;
    if (request.planHash !== null && request.planHash !== plan.hash)
      return {
        status: 'failed',
        reason: `GR4201 The saved plan is stale: ${environment.name} or the checks have changed since. Run "greenroom plan" again.`,
      } as const;
    if (site.variables.missing.length > 0)
      return {
        status: 'failed',
        reason: `GR4501 Variables cannot be resolved for ${environment.name}: ${site.variables.missing.join(' ')}`,
      } as const;
    if (plan.purpose === 'roll-back') return { status: 'done' } as const;
    const obstacles = promotionObstacles({
      environment: environment.name,
      previous: plan.proofFrom,
      releaseRevision: plan.release.revision,
      proof: plan.proofFrom === null ? null : await proofOf(world, project.name, plan.proofFrom, plan.release.revision),
      evidenceMaxAgeMs: environment.promotion.evidenceMaxAgeMs,
      overdueConditions: plan.proofFrom === null ? [] : await overdueConditions(world, project.name, world.clock.now()),
      approvalsMissing: 0,
      at: world.clock.now(),
    });
    const [first] = obstacles;
    if (!first) return { status: 'done' } as const;
    return {
      status: 'failed',
      reason: obstacles.map((each) => `${each.code} ${each.message} ${each.do ?? ''}`.trim()).join(' '),
    } as const;
  });
