import { formatDuration } from '../../domain/duration.ts';
import type { Service } from '../../domain/project.ts';
import type { ResultFinding } from '../../domain/verdict.ts';
import { startsOf } from '../../domain/started-again.ts';
import type { Instance } from '../../kinds/driver.ts';
import type { Place } from '../../kinds/traffic.ts';
import { askHealth, type HealthAnswer } from '../ask-health.ts';
import { observe, type Site } from '../site.ts';
import { recordStep } from './answer.ts';
import { serviceLog, type ServiceLog } from './service-log.ts';
import type { StepModule } from './step-task.ts';

/** Health from outside, several times in a row, from every service, and from *this* release: a 200 of another release proves nothing. */
export const prove: StepModule = ({ site, step, run }) =>
  run('prove', async (signal) => {
    const beganAt = site.world.clock.now();
    const proofs = await Promise.all(
      site.project.services.map((service) => proveService(site, service, beganAt, signal)),
    );
    await site.world.reach(`${step.name}:inside`);
    const bad = proofs.filter((proof) => !proof.healthy);
    const findings = proofs.flatMap((proof) => proof.findings);
    const facts = {
      services: proofs.map(({ service, startedMs, healthy }) => ({ service, startedMs, healthy })),
      began: startsOf(proofs.flatMap(({ proven }) => (proven ? [proven] : []))),
    };
    const logs = await Promise.all(bad.map((proof) => serviceLog(site, proof.service)));
    const artifacts = bad.map(({ service }, index) => ({
      ...{ label: `last lines of ${service}`, mediaType: 'text/plain', text: logs[index]!.text },
    }));
    const reason =
      bad.length > 0 ? bad.map((proof) => proof.reason).join('; ') : proofs.map((proof) => proof.reason).join(', ');
    const outcome = bad.length > 0 ? 'fail' : 'pass';
    const cause = bad[0]?.cause;
    await recordStep(site, step, beganAt, {
      outcome,
      reason,
      findings,
      facts,
      artifacts,
      ...(cause !== undefined && { cause, next: bad[0]!.next(logs[0]!) }),
    });
    return outcome === 'pass' ? { status: 'done', facts } : { status: 'failed', reason, facts };
  });

interface ServiceProof {
  readonly service: string;
  readonly healthy: boolean;
  readonly startedMs: number;
  /** As it ran at its last good answer; absent where it was not healthy. */
  readonly proven?: Instance;
  readonly reason: string;
  readonly findings: readonly ResultFinding[];
  readonly cause?: string;
  /** What there is of its log is known when it has been read. */
  readonly next: (log: ServiceLog) => string;
}

/** Answers in a row with another release before it is called the wrong one instead of one that still starts. */
const wrongReleaseLimit = 10;

async function proveService(site: Site, service: Service, beganAt: number, signal: AbortSignal): Promise<ServiceProof> {
  const { health, name } = service;
  const { clock } = site.world;
  let inARow = 0;
  let wrong = 0;
  let slowestMs = 0;
  let last: HealthAnswer = { status: 'bad', reason: 'it did not answer' };
  while (clock.now() - beganAt < health.startsInMs && !signal.aborted) {
    const instance = (await observe(site, site.colour)).find((each) => each.service === name);
    if (!instance) return dead(service, clock.now() - beganAt);
    last = await askCopies(site, service, instance, signal);
    wrong = last.status === 'wrong-release' ? wrong + 1 : 0;
    inARow = last.status === 'good' ? inARow + 1 : 0;
    if (last.status === 'good') slowestMs = inARow === 1 ? last.durationMs : Math.max(slowestMs, last.durationMs);
    if (inARow >= health.consecutive)
      return { ...healthy(service, clock.now() - beganAt, slowestMs), proven: instance };
    if (wrong >= wrongReleaseLimit) break;
    await clock.sleep(inARow > 0 ? 20 : 60, signal);
  }
  return neverHealthy(service, clock.now() - beganAt, last);
}

/** Every copy has to be right; the answer is that of the first that is not, or of the slowest. */
async function askCopies(site: Site, service: Service, place: Place, signal: AbortSignal): Promise<HealthAnswer> {
  const { host, port, also = [] } = place;
  const answers = await Promise.all(
    [host, ...also].map((each) => askHealth(site.effects, service, { host: each, port }, site.release.id, signal)),
  );
  const slowest = (one: HealthAnswer, other: HealthAnswer): HealthAnswer =>
    one.status !== 'good' || (other.status === 'good' && one.durationMs >= other.durationMs) ? one : other;
  return answers.reduce(slowest);
}

function healthy({ name, health }: Service, startedMs: number, slowestMs: number): ServiceProof {
  const findings: ResultFinding[] = [
    {
      name: `${name} start-up`,
      outcome: 'pass',
      value: formatDuration(startedMs),
      threshold: formatDuration(health.startsInMs),
    },
    {
      name: `${name} health`,
      outcome: 'pass',
      value: `${health.consecutive} in a row, slowest ${formatDuration(slowestMs)}`,
      threshold: formatDuration(health.withinMs),
    },
  ];
  return {
    service: name,
    healthy: true,
    startedMs: Math.round(startedMs),
    reason: `${name} healthy after ${formatDuration(startedMs)}`,
    findings,
    next: () => '',
  };
}

function dead({ name, run }: Service, afterMs: number): ServiceProof {
  return {
    ...{
      service: name,
      healthy: false,
      startedMs: Math.round(afterMs),
      reason: `${name} exited ${formatDuration(afterMs)} after it was started`,
    },
    findings: [{ name: `${name} process`, outcome: 'fail', value: 'gone', threshold: 'running' }],
    cause: 'The service crashes at its start: a missing variable, a broken build, or a database that it cannot reach.',
    next: (log) => `${logOf(name, log)}; try "${run.join(' ')}" with this environment's variables.`,
  };
}

function neverHealthy({ name, health }: Service, afterMs: number, last: HealthAnswer): ServiceProof {
  const reason = last.status === 'good' ? 'it did not stay healthy' : last.reason;
  const isWrong = last.status === 'wrong-release';
  return {
    ...{ service: name, healthy: false, startedMs: Math.round(afterMs), reason: `${name} was not healthy: ${reason}` },
    findings: [
      {
        name: `${name} ${isWrong ? 'release' : 'health'}`,
        outcome: 'fail',
        value: reason,
        threshold: `healthy in ${formatDuration(health.startsInMs)}`,
      },
    ],
    cause: isWrong
      ? 'An older build was shipped, or the service reports a fixed release instead of GREENROOM_RELEASE.'
      : 'Database connection or service discovery: the service runs but cannot do its work.',
    next: (log) =>
      isWrong
        ? `Let ${health.path} answer with the value of GREENROOM_RELEASE.`
        : `${logOf(name, log)} and ask ${health.path} yourself.`,
  };
}

/** Where a platform keeps the log, or nothing was written, there is none to be read here. */
const logOf = (name: string, { text, file }: ServiceLog): string => {
  if (text === '') return `Greenroom has no line of the log of ${name}: look for it where it runs`;
  return `Read the log of ${name} (${file === null ? '' : `${file}; `}"greenroom report --format html" has ${file === null ? 'it' : 'its end'})`;
};
