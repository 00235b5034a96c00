import { leastRequests, type BackFacts, type ForthFacts } from '../../domain/certificate.ts';
import type { OperationResult } from '../../domain/deployment.ts';
import type { CheckSpec } from '../../domain/project.ts';
import type { Release } from '../../domain/release.ts';
import type { Colour } from '../../kinds/driver.ts';
import type { ColourLoad } from '../../kinds/traffic.ts';
import { listDeployments } from '../../store/deployments.ts';
import { oneWayReason, type MigratedDatabase } from '../../domain/migrated-database.ts';
import { lookAround } from '../check-context.ts';
import { crossingOf, migratedDatabases } from '../migrated-databases.ts';
import { servingRelease, type Site } from '../site.ts';
import { askCheck, inOrder } from './checks.ts';
import { point } from './pointing.ts';
import { countedSince, openRequests, type RequestStream } from './rehearsal-requests.ts';
import type { StepModule } from './step-task.ts';
import { nurse, sicknessOf } from './way-back.ts';

/** Questions to the new version until it is well: one slow answer says nothing of it. */
const wellTries = 5;
const betweenMs = 100;

interface Old {
  readonly release: Release;
  readonly colour: Colour;
}

/**
 * The way back, taken as a rollback would take it, with requests running, over whatever was migrated. What comes of it is evidence and never
 * stops the deployment: it is the old version that is examined here.
 */
export const rehearseBack: StepModule = ({ site, step, operation, run }) =>
  run('rehearse-back', async (signal) => {
    const old = await servingRelease(site);
    const changed = await changedDatabases(site, old);
    const isShut = whyShut(changed);
    if (isShut !== null || !old) return measured({ ...nothing(old), ...isShut });
    await site.traffic.ensure();
    // An attempt before this one has died after it moved the traffic: how long that took, nobody can tell any more.
    const isLate = (await site.traffic.current())?.colour === old.colour;
    const watch = await openWatch(site, old.release, signal);
    const halfWay = () => site.world.reach(`${step.name}:inside`);
    const timed = await takeBack(site, old, operation, { stream: watch.stream, signal, halfWay });
    if (timed.way === 'open') await watch.stream.arrived(leastRequests);
    const seen = await watch.close();
    const way = timed.way === 'open' && (isLate || signal.aborted) ? 'unmeasured' : timed.way;
    return measured({
      ...nothing(old),
      ...timed,
      ...{ way, fault: way === 'unmeasured' ? 'a process died in the middle of it' : timed.fault },
      ...seen,
      pointOfNoReturn: way === 'closed' ? (changed[0]?.step ?? null) : null,
    });
  });

const measured = (facts: BackFacts | ForthFacts): OperationResult => ({ status: 'done', facts: { ...facts } });

const nothing = (old: Old | null): BackFacts => ({
  ...{ way: 'closed', fault: 'the record of the release before is lost', backMs: null, verifiedMs: null },
  ...{ requests: 0, failedRequests: 0, arrived: 0, checks: 0, pointOfNoReturn: null, old: old?.release.version ?? '' },
});

const changedDatabases = async (site: Site, old: Old | null): Promise<readonly MigratedDatabase[]> =>
  old === null
    ? []
    : (await migratedDatabases(site.world, crossingOf(site), old.release)).filter(
        (each) => each.hasSameMigrations !== true,
      );

/** What the file itself or the rehearsal of the migration says nobody goes back over: the traffic is not moved to try it. */
function whyShut(changed: readonly MigratedDatabase[]): Pick<BackFacts, 'fault' | 'pointOfNoReturn'> | null {
  const shut = changed.find((each) => oneWayReason(each) !== null);
  if (!shut) return null;
  const said = shut.isForwardOnly
    ? `is "forward-only"`
    : `has a migration that nobody goes back over: ${oneWayReason(shut)}`;
  return { fault: `The database ${shut.name} ${said}`, pointOfNoReturn: shut.step };
}

type Taken = Pick<BackFacts, 'way' | 'fault' | 'backMs' | 'verifiedMs' | 'checks'>;

/** With the same means as a rollback: the old version is nursed first, and a sick one does not get the traffic. */
async function takeBack(
  site: Site,
  old: Old,
  operation: string,
  { stream, signal, halfWay }: { stream: RequestStream; signal: AbortSignal; halfWay: () => Promise<void> },
): Promise<Taken> {
  const { clock } = site.world;
  const beganAt = clock.elapsed();
  const passedMs = () => Math.round((clock.elapsed() - beganAt) * 10) / 10;
  const { version } = old.release;
  const sick = await nurse(site, old, operation, signal);
  const no = { way: 'closed', backMs: null, verifiedMs: null, checks: 0 } as const;
  if (sick !== null) return { ...no, fault: `${version} is not well beside the new version: ${sick}` };
  await point(site, old.colour, old.release.id, operation);
  const backMs = passedMs();
  await halfWay();
  if (!(await stream.arrived(1)))
    return { ...no, backMs, fault: `${version} is not right through the public address: ${stream.firstFailure()}` };
  const { bad, count } = await askChecks(site, old, signal);
  const verifiedMs = passedMs();
  if (bad.length > 0)
    return { ...no, backMs, verifiedMs, checks: count, fault: `${version} does not pass ${bad.join(', ')} any more` };
  return { way: 'open', fault: null, backMs, verifiedMs, checks: count };
}

/** The checks of its own phase `health`, as it came in with: what only the new version can is not asked of it. */
async function askChecks(site: Site, old: Old, signal: AbortSignal) {
  const there = { ...site, release: old.release, colour: old.colour };
  const specs = inOrder(await ownChecks(site, old));
  const ground = await lookAround(there);
  const bad: string[] = [];
  for (const spec of specs) {
    const named = { ...spec, name: `rehearse-back/${spec.name}` };
    const outcome = await askCheck(there, ground, named, 'health', signal);
    if (spec.blocking && (outcome === 'fail' || outcome === 'error')) bad.push(spec.name);
  }
  return { bad, count: specs.length };
}

async function ownChecks({ world, project, environment }: Site, { release }: Old): Promise<readonly CheckSpec[]> {
  const filter = { environment: environment.name, limit: 1_000 };
  const deployments = await world.store.read((rows) => listDeployments(rows, project.name, filter));
  const last = deployments.find(
    ({ plan, ending }) => ending?.as === 'live' && plan.release.revision === release.revision,
  );
  return last?.plan.phases.find((phase) => phase.name === 'health')?.checks ?? [];
}

/** To the new version again, which must still be well: a dead one does not get the traffic back, and the deployment goes back instead. */
export const rehearseForth: StepModule = ({ site, step, operation, run }) =>
  run('rehearse-forth', async (signal) => {
    const sick = await untilWell(site, signal);
    if (sick !== null)
      return { status: 'failed', reason: `the new version is not well after the rehearsal of the way back: ${sick}` };
    await site.traffic.ensure();
    const watch = await openWatch(site, site.release, signal);
    const { clock } = site.world;
    const beganAt = clock.elapsed();
    await point(site, site.colour, site.release.id, operation);
    const forthMs = Math.round((clock.elapsed() - beganAt) * 10) / 10;
    await site.world.reach(`${step.name}:inside`);
    await watch.stream.arrived(leastRequests);
    const seen = await watch.close();
    if (seen.arrived > 0) return measured({ forthMs, ...seen });
    const reason = `the traffic was moved, but through the public address ${watch.stream.firstFailure()}`;
    return { status: 'failed', reason };
  });

async function untilWell(site: Site, signal: AbortSignal): Promise<string | null> {
  let sick = await sicknessOf(site, site, signal);
  for (let tries = 1; sick !== null && tries < wellTries; tries += 1) {
    await site.world.clock.sleep(betweenMs, signal);
    sick = await sicknessOf(site, site, signal);
  }
  return sick;
}

/** Everything that is asked through the public address while the traffic moves: Greenroom's own requests, and those that the proxy counts. */
async function openWatch(site: Site, release: Release, signal: AbortSignal) {
  const loads = (): Promise<readonly ColourLoad[]> => site.traffic.load().catch(() => []);
  const before = await loads();
  const stream: RequestStream = openRequests(site, release.id, signal);
  await stream.warm();
  return {
    stream,
    async close(): Promise<Omit<ForthFacts, 'forthMs'>> {
      const { sent, failed, arrived } = await stream.end();
      const { requests, bad } = countedSince(before, await loads());
      // Those that came through are counted on both sides.
      return { requests: Math.max(sent, requests), failedRequests: Math.max(failed, bad), arrived };
    },
  };
}
