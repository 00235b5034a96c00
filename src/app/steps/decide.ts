import type { VerdictGist } from '../../domain/deployment.ts';
import { canonical } from '../../domain/json.ts';
import { heldFor, weigh, type Verdict } from '../../domain/verdict.ts';
import { resultsOf } from '../../store/results.ts';
import { mayAct } from '../../store/lease.ts';
import { lostLease, type Site } from '../site.ts';
import type { StepModule } from './step-task.ts';

/** Weighs what was recorded; nothing is measured here, so that the same record gives the same verdict at any time. */
export const decideRelease: StepModule = ({ site, step, run }) =>
  run('decide', async () => {
    const verdict = await weighDeployment(site);
    const isWritten = await site.world.store.change(async (rows) => {
      // Somebody who was paused here would put an older weighing in the place of the one that was acted on.
      if (!(await mayAct(rows, site.world.node))) return false;
      await rows
        .updateTable('deployment')
        .set({ verdict: JSON.stringify(verdict) })
        .where('id', '=', site.deployment.id)
        .execute();
      return true;
    });
    if (!isWritten) lostLease();
    await site.world.reach(`${step.name}:inside`);
    return {
      status: 'done',
      verdict: gistOf(verdict, site),
      facts: factsOf(verdict, site),
    };
  });

async function weighDeployment(site: Site): Promise<Verdict> {
  const { world, deployment, release, environment } = site;
  // A repeated step keeps the first instant, and with it the same bytes.
  const at = deployment.verdict?.decidedAt ?? world.clock.now();
  const results = await world.store.read((rows) => resultsOf(rows, deployment.id));
  return weigh({
    policy: deployment.plan.policy,
    results,
    releaseRevision: release.revision,
    environment: environment.name,
    at,
  });
}

function gistOf(verdict: Verdict, site: Site): VerdictGist {
  const { policy, conditional } = site.deployment.plan;
  const reasons = verdict.lines.filter(
    (line) => line.blocking && (line.outcome === 'fail' || line.outcome === 'error'),
  );
  const measured = reasons.filter((line) => !line.reason.startsWith('was not measured'));
  const said = (measured.length > 0 ? measured : reasons).map((line) => `${line.name}: ${line.reason}`);
  return {
    ...{ decision: verdict.decision, couldNotJudge: verdict.couldNotJudge },
    reason: said.join('; ') || `${verdict.lines.length} answers, ${verdict.conditions.length} conditions`,
    holdFor: heldFor(verdict, policy, conditional.then),
  };
}

/** What the log vouches for: the verdict and the evidence of every answer, by hash. */
function factsOf(verdict: Verdict, { world }: Site) {
  const evidence = Object.fromEntries(verdict.lines.map((line) => [line.name, line.evidence]));
  return { decision: verdict.decision, score: verdict.score, verdict: world.hash(canonical(verdict)), evidence };
}
