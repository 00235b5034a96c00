import { judgeDrift, type Comparison } from '../../domain/drift.ts';
import { compareRecord } from '../find-drift.ts';
import { proofOf } from '../proof.ts';
import type { Site } from '../site.ts';
import { recordStep } from './answer.ts';
import type { StepModule } from './step-task.ts';

/** What really runs here, and where the proof comes from, beside what is recorded: traffic does not move over a change that nobody knows of. */
export const drift: StepModule = ({ site, step, run }) =>
  run('drift', async () => {
    const { world, project, environment } = site;
    const { standing, proofFrom } = site.deployment.plan;
    const beganAt = world.clock.now();
    const here = standing.colour === null ? null : await compareRecord(world, project, environment.name);
    const proof = proofFrom === null ? null : await compareProof(site, proofFrom);
    await world.reach(`${step.name}:inside`);
    const answer = judgeDrift(here, proof, step.name);
    const compared = [here, proof].filter((each) => each !== null).map((each) => ({ ...each }));
    await recordStep(site, step, beganAt, { ...answer, facts: { compared } });
    if (answer.outcome === 'error') return { status: 'failed', reason: answer.reason } as const;
    return { status: 'done', facts: { outcome: answer.outcome } } as const;
  });

/** Where the proof comes from: what runs there, and the packages that the release loaded there from beside itself. */
async function compareProof({ world, project, release }: Site, proofFrom: string): Promise<Comparison> {
  const seen = await compareRecord(world, project, proofFrom);
  const found = await proofOf(world, project.name, proofFrom, release.revision);
  if (!found || found.beside === null || seen.status !== 'compared') return seen;
  if ((await world.artifacts.beside(release.parts.artifacts['tree'] ?? '')) === found.beside) return seen;
  const changed = `the packages beside release ${release.version}, which it loads, were changed since it was proven`;
  return { ...seen, differences: [...seen.differences, changed] };
}
