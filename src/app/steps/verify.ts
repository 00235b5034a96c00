import type { OperationResult } from '../../domain/deployment.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { Release } from '../../domain/release.ts';
import type { ResultFinding } from '../../domain/verdict.ts';
import { verifyingChecks, type VerificationFacts } from '../../domain/verification.ts';
import type { Colour } from '../../kinds/driver.ts';
import { isInterruption } from '../../workflow/engine.ts';
import { publicAddresses, servingRelease, siteAt, type Site } from '../site.ts';
import { record } from './answer.ts';
import { askAll, isBad } from './checks.ts';
import { askHealth } from '../ask-health.ts';
import type { StepModule, StepTask } from './step-task.ts';

/** Good answers in a row through the public address, of each service. */
const inARow = 3;

interface Served {
  readonly release: Release;
  readonly colour: Colour;
}

/** A rollback that was deployed again has the traffic: what it does not pass asks a person, while the version before still runs. */
export const verify: StepModule = async (task) => {
  const { release, colour } = task.site;
  const facts = await verified(task, { release, colour });
  return facts.outcome === 'pass' ? { status: 'done', facts } : { status: 'unknown', reason: facts.said };
};

/**
 * On the way back there is nothing left to choose: what is not well is said, and the way back is gone to its end, so that the next release
 * need not wait. What cannot be asked is no pass.
 */
export const verifyBack: StepModule = async (task): Promise<OperationResult> => {
  try {
    const served = await task.run('what serves', () => servingRelease(task.site));
    if (served !== null) return { status: 'done', facts: await verified(task, served) };
    return { status: 'done', facts: { outcome: 'skip', said: 'nobody serves now', release: null, checks: 0 } };
  } catch (error) {
    if (isInterruption(error)) throw error;
    const said = `it could not be verified: ${error instanceof Error ? error.message : String(error)}`;
    return { status: 'done', facts: { outcome: 'error', said, release: null, checks: 0 } };
  }
};

async function verified({ site, step, run }: StepTask, { release, colour }: Served): Promise<VerificationFacts> {
  const { world, deployment, project, environment } = site;
  const serving = await siteAt(world, deployment, release, colour);
  const health = await run('public health', (signal) => askPublicly(serving, signal));
  const specs = verifyingChecks(project, environment.name).filter(
    // Load is not driven at who serves, unless the project says so.
    ({ kind, smoke }) => smoke === true || world.checks.get(kind)!.runs === 'together',
  );
  const parallel = Math.max(1, ...project.phases.filter(({ name }) => name === 'health').map((each) => each.parallel));
  const phase = { name: step.name, budgetMs: step.budgetMs, parallel, checks: specs };
  const asked = await askAll({ site: serving, step, run }, phase);
  await world.reach(`${step.name}:inside`);
  const bad = asked.filter((each) => isBad(each.outcome));
  const outcome = worstOf([health.outcome, ...bad.filter(({ spec }) => spec.blocking).map((each) => each.outcome)]);
  const names = bad.map(({ spec }) => spec.name.replace('verify/', ''));
  const said = [
    `${release.version}: ${health.said}`,
    specs.length === 0
      ? 'no check asks for more'
      : `${specs.length - bad.length} of ${specs.length} checks passed${bad.length > 0 ? `, not ${names.join(', ')}` : ''}`,
  ].join('; ');
  return { outcome, said, release: release.id, checks: specs.length };
}

const worstOf = (outcomes: readonly Outcome[]): 'pass' | 'fail' | 'error' =>
  outcomes.includes('fail') ? 'fail' : outcomes.every((each) => each === 'pass') ? 'pass' : 'error';

/** Every service that the proxy knows, through the public address of each proxy, several times in a row and by the id of its release. */
async function askPublicly(
  site: Site,
  signal: AbortSignal,
): Promise<{ readonly outcome: Outcome; readonly said: string }> {
  const beganAt = site.world.clock.now();
  const addresses = (await site.traffic.listeners()) ?? publicAddresses(site.project, site.environment);
  const services = site.project.services.filter(({ name }) => addresses[name] !== undefined);
  const findings: ResultFinding[] = [];
  const doors = [addresses, ...site.traffic.others()];
  for (const [door, service] of doors.flatMap((each) => services.map((service) => [each, service] as const))) {
    const place = door[service.name]!;
    const where = door === addresses ? '' : ` at ${place.host}:${place.port}`;
    let said = `${inARow} in a row`;
    let outcome: Outcome = 'pass';
    for (let count = 0; count < inARow && outcome === 'pass'; count += 1) {
      const answer = await askHealth(site.effects, service, place, site.release.id, signal);
      if (answer.status === 'good') continue;
      [outcome, said] = ['fail', answer.reason];
    }
    findings.push({ name: `${service.name} health${where}`, outcome, value: said, threshold: `${inARow} in a row` });
  }
  const bad = findings.filter((each) => each.outcome !== 'pass');
  const outcome = services.length === 0 ? 'error' : bad.length > 0 ? 'fail' : 'pass';
  const wrong = bad.map((each) => `${each.name}: ${each.value}`).join('; ');
  const well = services.length === 0 ? 'the proxy knows none of its services' : 'its services answer as they should';
  await record(site, {
    ...{ name: 'verify/public', kind: 'verify', phase: 'verify', outcome, findings, attempts: [outcome], beganAt },
    ...{
      reason: wrong || well,
      evidence: { config: null, data: { addresses, others: doors.slice(1) }, plots: [], artifacts: [] },
    },
  });
  return { outcome, said: wrong || well };
}
