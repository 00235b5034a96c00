import { certificateFacts, judgeCertificate, type CertificateQuestion } from '../../domain/certificate.ts';
import { findObstacles } from '../admission.ts';
import type { Site } from '../site.ts';
import { record } from './answer.ts';
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
    const { obstacles, certificate } = await findObstacles(world, project, environment, plan);
    const [first] = obstacles;
    if (!first) {
      if (certificate) await recordCertificate(site, certificate);
      return { status: 'done' } as const;
    }
    return {
      status: 'failed',
      reason: obstacles.map((each) => `${each.code} ${each.message} ${each.do ?? ''}`.trim()).join(' '),
    } as const;
  });

/** The rollback certificate of the environment before, where the verdict has a line for it: read before anything is begun. */
async function recordCertificate(site: Site, question: CertificateQuestion): Promise<void> {
  const required = site.deployment.plan.policy.required.find((each) => each.kind === 'certificate');
  if (!required) return;
  const answer = judgeCertificate(question);
  const evidence = { config: null, data: certificateFacts(question), plots: [], artifacts: [] };
  const { name, kind, phase } = required;
  const beganAt = site.world.clock.now();
  await record(site, { name, kind, phase, ...answer, attempts: [answer.outcome], beganAt, evidence });
}
