import { mendsOf, type Comparison, type Deafness } from '../domain/drift.ts';
import type { Environment, Project, Service } from '../domain/project.ts';
import type { Instance } from '../kinds/driver.ts';
import { hostsOf, placeOf, samePlace } from '../kinds/machines.ts';
import type { Place, TrafficState } from '../kinds/traffic.ts';
import { findDeployment, listDeployments, type StoredDeployment } from '../store/deployments.ts';
import { servingIn } from '../store/environments.ts';
import { namedRelease } from '../store/releases.ts';
import type { Serving } from '../store/schema.ts';
import type { Rows } from '../store/store.ts';
import { publicDrift } from './public-drift.ts';
import { hangs } from './sound-traffic.ts';
import { bareSlot, driverOf, trafficOf, type BarePlace } from './bare-place.ts';
import type { World } from './world.ts';

export interface Drift {
  readonly differences: readonly string[];
  /** Commands that bring back what is recorded, in words; where none does, the differences say what does. */
  readonly mends: readonly string[];
}

const unmendable = (differences: readonly string[]): Drift => ({ differences, mends: [] });

/**
 * What really runs in an environment and differs from what is recorded to serve there, in words; empty when nothing does. Not asked while a
 * deployment is at work: then the difference is the work. One that waits, for its turn or for a person, may wait for days.
 */
export async function findDrift(world: World, project: Project, environment: Environment): Promise<Drift> {
  const open = await world.store.read((rows) =>
    listDeployments(rows, project.name, { environment: environment.name, open: true }),
  );
  if (open.some(({ state }) => state !== null && state.hold === null)) return unmendable([]);
  const seen = await compareRecord(world, project, environment.name);
  // What a held deployment has begun, or moves, is said by its hold.
  if (open.length > 0 && seen.status !== 'compared') return unmendable([]);
  if (seen.status === 'empty') return unmendable(await leftIn(world, project, environment));
  const blind = seen.status === 'blind' ? [`it cannot be compared with its record: ${seen.reason}`] : null;
  return {
    differences: blind ?? (seen.status === 'compared' ? seen.differences : []),
    mends: mendsOf(seen, open.length > 0),
  };
}

/** What runs in an environment that was used once, and by the record does not. */
async function leftIn(world: World, project: Project, environment: Environment): Promise<readonly string[]> {
  const [used] = await world.store.read((rows) =>
    listDeployments(rows, project.name, { environment: environment.name, limit: 1 }),
  );
  if (!used) return [];
  const { drivers, traffic, home } = world;
  const place = { drivers, traffic, home, project, environment };
  try {
    const left: string[] = [];
    for (const colour of ['blue', 'green'] as const)
      for (const { service, releaseId } of await driverOf(place).observe(observed(place, colour)))
        left.push(`${service} still runs (${releaseId}, ${colour}); "greenroom stop ${environment.name}" ends it`);
    return left;
  } catch (error) {
    return [`it cannot be compared with its record: ${messageOf(error)}`];
  }
}

const observed = (place: BarePlace, colour: Serving['colour']) =>
  bareSlot(place, colour, { epoch: 0, operation: 'observe' });

/** Looks again while somebody moves the traffic just then, this often … */
const looks = 40;
/** … and after this long. */
const betweenMs = 250;

/** What runs in an environment beside what is recorded to serve there, also while a deployment is in progress. Changes nothing. */
export async function compareRecord(world: World, project: Project, environment: string): Promise<Comparison> {
  const standing = () => world.store.read((rows) => standingIn(rows, project.name, environment));
  for (let look = 1; ; look += 1) {
    const before = await standing();
    const seen = before.mover === null ? await compare(world, environment, before) : null;
    const after = await standing();
    const isSame =
      after.serving?.deployment === before.serving?.deployment && after.serving?.colour === before.serving?.colour;
    if (seen && isSame && after.mover === null) return seen;
    if (look === looks || after.isHeld)
      return { status: 'blind', environment, reason: `deployment ${after.mover ?? ''} is moving its traffic` };
    await world.clock.sleep(betweenMs);
  }
}

interface Recorded {
  readonly serving: Serving | null;
  readonly by: StoredDeployment | null;
  readonly version: string | null;
  /** Number of the deployment that moves the traffic now, so that neither its old nor its new place is drift. */
  readonly mover: number | null;
  /** It moves no more before a person has said how to go on. */
  readonly isHeld: boolean;
}

const moves: ReadonlySet<string> = new Set(['switch', 'rehearse-back', 'rehearse-forth', 'switch-back']);

async function standingIn(rows: Rows, project: string, environment: string): Promise<Recorded> {
  const serving = await servingIn(rows, project, environment);
  const open = await listDeployments(rows, project, { environment, open: true });
  const mover = open.find(({ state }) => moves.has(movedBy(state) ?? ''));
  return {
    serving,
    by: serving && (await findDeployment(rows, serving.deployment)),
    version: serving && ((await namedRelease(rows, project, serving.releaseId))?.version ?? null),
    mover: mover?.number ?? null,
    isHeld: mover?.state?.hold !== null && mover !== undefined,
  };
}

/** The step that moves it now, or comes next in the middle of a rehearsal. */
const movedBy = (state: StoredDeployment['state']): string | undefined =>
  state?.running?.step.kind ??
  (state?.hold?.kind === 'unknown' ? state.hold.step.kind : undefined) ??
  (state?.ended === null && state.steps[state.next]?.kind === 'rehearse-forth' ? 'rehearse-forth' : undefined);

async function compare(world: World, environment: string, { serving, by, version }: Recorded): Promise<Comparison> {
  if (!serving) return { status: 'empty', environment };
  const declared = by?.model.environments.find((each) => each.name === environment);
  if (!by || !declared)
    return { status: 'blind', environment, reason: `the deployment that is recorded to serve is not on record` };
  const { drivers, traffic, home } = world;
  const place = { drivers, traffic, home, project: by.model, environment: declared };
  try {
    const found = await differencesIn(world, place, serving);
    const { releaseId: release } = serving;
    return { status: 'compared', environment, recorded: version ?? release, release, ...found };
  } catch (error) {
    return { status: 'blind', environment, reason: messageOf(error) };
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function differencesIn(
  world: World,
  place: BarePlace,
  serving: Serving,
): Promise<Pick<Extract<Comparison, { status: 'compared' }>, 'differences' | 'changed' | 'short' | 'deaf'>> {
  const instances = await driverOf(place).observe(observed(place, serving.colour));
  const processes = place.project.services.map((service) => ({
    service,
    differences: processDrift(service, serving, instances),
    missing: instances.flatMap((each) => (each.service === service.name && each.missingCopies) || []),
  }));
  // Of one that is gone or another, its public address can only say the same again.
  const asRecorded = instances.filter(({ service }) =>
    processes.some((each) => each.service.name === service && each.differences.length === 0),
  );
  const found = processes.flatMap(({ service, differences, missing }) => [
    ...differences,
    ...missing.map((each) => `${service.name} ${each}`),
  ]);
  const traffic = await trafficDrift(world, { place, serving, instances, asRecorded });
  const deaf = traffic.filter((each) => typeof each !== 'string');
  const differences = [...found, ...traffic.map((each) => (typeof each === 'string' ? each : each.difference))];
  const changed = processes
    .filter((each) => each.differences.length > 0 && instances.some(({ service }) => service === each.service.name))
    .map(({ service }) => service.name);
  const short = processes
    .filter((each) => each.differences.length === 0 && each.missing.length > 0)
    .map(({ service }) => service.name);
  return {
    ...{ differences },
    ...(changed.length > 0 && { changed }),
    ...(short.length > 0 && { short }),
    ...(deaf.length > 0 && { deaf }),
  };
}

function processDrift({ name }: Service, serving: Serving, instances: readonly Instance[]): readonly string[] {
  const instance = instances.find((each) => each.service === name);
  if (!instance) return [`${name} does not run`];
  if (instance.releaseId !== serving.releaseId) return [`${name} runs ${instance.releaseId}`];
  return (instance.differences ?? []).map((difference) => `${name} ${difference}`);
}

interface Seen {
  readonly place: BarePlace;
  readonly serving: Serving;
  readonly instances: readonly Instance[];
  readonly asRecorded: readonly Instance[];
}

async function trafficDrift(
  world: World,
  { place, serving, instances, asRecorded }: Seen,
): Promise<readonly (string | Deafness)[]> {
  try {
    const handle = trafficOf(place);
    const traffic = await handle.current();
    if (traffic === null) return downInWords((await handle.down?.()) ?? []);
    const differences = targetDrift(serving, traffic, instances);
    if (differences.length > 0) return differences;
    return await publicDrift(world.effects([]), place, asRecorded, serving.releaseId);
  } catch (error) {
    const difference = `its proxy cannot be asked: ${messageOf(error)}`;
    return [hangs(error) ? { difference, service: null, address: null } : difference];
  }
}

const downInWords = (names: readonly string[]): readonly string[] =>
  names.length === 0 ? ['its proxy does not run'] : names.map((name) => `its proxy "${name}" does not run`);

function targetDrift(serving: Serving, traffic: TrafficState, instances: readonly Instance[]): readonly string[] {
  if (traffic.colour !== serving.colour || traffic.release !== serving.releaseId)
    return [`its proxy points to ${traffic.release ?? 'nothing'}${traffic.colour ? ` (${traffic.colour})` : ''}`];
  return instances.flatMap((instance) => {
    const target = traffic.services[instance.service];
    if (samePlace(target, placeOf(instance))) return [];
    const told = (place: Place): string => `${hostsOf(place).join(', ')}:${place.port}`;
    return [
      `its proxy sends ${instance.service} to ${target ? told(target) : 'nothing'}, which listens on ${told(instance)}`,
    ];
  });
}
