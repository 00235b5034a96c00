import type { DeploymentState, Message, OperationResult } from '../../src/domain/deployment.ts';
import type { StepKind } from '../../src/domain/step.ts';
import { gistOf, stepsOf, workOf, type Rules, type Work } from './rules.ts';

/**
 * The world around the rules, as the engine, the desk and the steps really run them:
 *
 *   flow       decide ── message from the inbox ──▶ fold ── save (state, records, who serves) ──▶ spawn or cut off ──▶ decide …
 *   operation  spawned ── claim an epoch ──▶ claimed ── effect on the target ──▶ applied ── answer into the inbox
 *
 * One server owns flow and operation. When it crashes, or loses its lease while it is paused, the other begins the operation
 * again from `spawned`; the paused one, and a request that was given up but not lost, is the stray: it acts later, or never.
 */
export interface WorldState {
  readonly deployment: DeploymentState;
  readonly isSaved: boolean;
  readonly operation: { readonly at: 'spawned' | 'claimed' | 'applied'; readonly epoch: number } | null;
  /** The answer of the running operation, sent and not yet read. */
  readonly mail: OperationResult | null;
  readonly stray: { readonly work: Work; readonly at: 'spawned' | 'claimed'; readonly epoch: number } | null;
  readonly epoch: number;
  /** Highest epoch that the proxy, and the driver, have followed. */
  readonly highest: { readonly proxy: number; readonly driver: number };
  /** `both`: the old version serves, and the new one has a share. */
  readonly target: 'none' | 'old' | 'both' | 'new';
  /** The new version answers at the public address to those who have its secret. */
  readonly isPreviewed: boolean;
  readonly old: Condition;
  readonly new: Condition;
  readonly recorded: 'none' | 'old' | 'new';
  /** Steps that the verdict asks for and that have answered well. */
  readonly measured: readonly StepKind[];
  readonly owner: 0 | 1;
  readonly crashes: number;
  readonly strays: number;
  readonly kills: number;
  readonly waysBack: number;
}

/** `killed`: by the adversary, not by the protocol. */
type Condition = 'none' | 'running' | 'stopped' | 'killed';

/** What keeps stale writers and wrong steps out; each can be taken away to see that the explorer notices. */
export interface Protocol {
  /** Proxy and driver refuse an epoch below the highest they have followed. */
  readonly targetsFence: boolean;
  /** An epoch is given only to a server that has not been declared dead. */
  readonly claimsNeedLease: boolean;
  /** A version that has the traffic is not stopped, whatever a person has said. */
  readonly stopsLook: boolean;
  /** The bake counts only while the new version has the traffic. */
  readonly bakeLooks: boolean;
  /** The old version must be well before the traffic goes back to it. */
  readonly backLooks: boolean;
  /** The new version must be well before the traffic comes back from a rehearsal. */
  readonly forthLooks: boolean;
  /** A version that may be previewed is taken from the proxy before it is stopped, whether or not it is seen there. */
  readonly stopsEndPreview: boolean;
  /** Who serves is recorded from the state, not only from answers of operations. */
  readonly recordsFollowState: boolean;
}

export const protocol: Protocol = {
  targetsFence: true,
  claimsNeedLease: true,
  stopsLook: true,
  bakeLooks: true,
  backLooks: true,
  forthLooks: true,
  stopsEndPreview: true,
  recordsFollowState: true,
};

export interface Scenario {
  readonly name: string;
  /** Nothing serves before. */
  readonly isFirst: boolean;
  /** The way back is rehearsed before the old version is stopped. */
  readonly rehearses: boolean;
  /** Steps of a gradual shift before everything is moved. */
  readonly shares: number;
  readonly previews: boolean;
  readonly crashes: number;
  readonly strays: number;
  readonly kills: number;
  /** Whether conditions are accepted by people: early, late, or never. */
  readonly accepts: boolean;
  readonly wishes: readonly ('cancelled' | 'superseded' | 'rolled-back')[];
  /** People who say "continue" without having looked, at steps of these kinds. */
  readonly careless: readonly StepKind[];
  readonly protocol: Protocol;
}

export const scenario = (name: string, parts: Partial<Scenario> = {}): Scenario => ({
  name,
  isFirst: false,
  rehearses: true,
  shares: 0,
  previews: false,
  crashes: 2,
  strays: 2,
  kills: 0,
  accepts: false,
  wishes: ['cancelled'],
  careless: [],
  protocol,
  ...parts,
});

export function newWorld(rules: Rules, scenario: Scenario): WorldState {
  const { isFirst } = scenario;
  return {
    deployment: rules.newDeployment(stepsOf(isFirst, scenario)),
    isSaved: true,
    operation: null,
    mail: null,
    stray: null,
    epoch: 0,
    highest: { proxy: 0, driver: 0 },
    target: before(isFirst),
    isPreviewed: false,
    recorded: before(isFirst),
    measured: [],
    old: isFirst ? 'none' : 'running',
    new: 'none',
    owner: 0,
    crashes: 0,
    strays: 0,
    kills: 0,
    waysBack: 0,
  };
}

export const before = (isFirst: boolean): 'none' | 'old' => (isFirst ? 'none' : 'old');

/** States with one key have the same future. Epochs count only by their order; the two servers are alike. */
export function keyOf(world: WorldState): string {
  const { operation, mail, stray, highest, epoch } = world;
  const epochs = [...new Set([0, operation?.epoch ?? 0, stray?.epoch ?? 0, highest.proxy, highest.driver, epoch])];
  const rank = (value: number): number => epochs.filter((each) => each < value).length;
  return [
    gistOf(world.deployment),
    world.isSaved ? 's' : '-',
    operation ? `${operation.at}${rank(operation.epoch)}` : '',
    mail ? `${mail.status}${(mail.status === 'done' && mail.verdict?.decision) || ''}` : '',
    mail?.status === 'done' && mail.verdict?.couldNotJudge ? '?' : '',
    stray ? `${stray.work}${stray.at}${rank(stray.epoch)}` : '',
    `${rank(highest.proxy)}${rank(highest.driver)}${rank(epoch)}`,
    world.target,
    world.isPreviewed ? 'p' : '',
    world.old,
    world.new,
    world.recorded,
    world.measured.length,
    `${world.crashes}${world.strays}${world.kills}${world.waysBack}`,
  ].join('/');
}

/** The flow takes one message in. What it writes counts, and what it begins starts, when it is saved. */
export function take(rules: Rules, world: WorldState, message: Message, scenario: Scenario): WorldState {
  const deployment = rules.fold(world.deployment, message);
  const isSame = deployment.running?.number === world.deployment.running?.number;
  const turns = deployment.goingBack && !world.deployment.goingBack;
  return {
    ...world,
    deployment,
    isSaved: false,
    recorded: recordedAfter(rules, world, message, deployment, scenario),
    ...(isSame ? {} : { operation: null, mail: null }),
    measured: measuredAfter(world, message),
    waysBack: world.waysBack + (turns ? 1 : 0),
  };
}

/** Lines of the verdict: one that is missing stops it, also when a person has said "continue". */
export const asked: readonly StepKind[] = ['drift', 'way-back', 'migrate', 'start', 'prove', 'preview', 'checks'];

function measuredAfter({ measured, deployment }: WorldState, message: Message): WorldState['measured'] {
  const kind = deployment.running?.step.kind;
  if (kind === undefined || !asked.includes(kind) || message.kind !== 'operation-ended') return measured;
  return message.result.status === 'done' ? [...measured, kind] : measured;
}

function recordedAfter(
  rules: Rules,
  world: WorldState,
  message: Message,
  after: DeploymentState,
  { isFirst, protocol }: Scenario,
): WorldState['recorded'] {
  if (protocol.recordsFollowState) return rules.newServes(after) ? 'new' : before(isFirst);
  const running = world.deployment.running?.step;
  const kind = running && workOf(running);
  const isDone = message.kind === 'operation-ended' && message.result.status === 'done';
  if (isDone && (kind === 'switch' || kind === 'rehearse-forth')) return 'new';
  return isDone && (kind === 'switch-back' || kind === 'rehearse-back') ? before(isFirst) : world.recorded;
}

export const save = (world: WorldState): WorldState => ({
  ...world,
  isSaved: true,
  operation: world.operation ?? (world.deployment.running && !world.mail ? { at: 'spawned', epoch: 0 } : null),
});

const proxyWorks: ReadonlySet<Work> = new Set([
  ...(['preview', 'switch a share', 'switch', 'rehearse-back', 'rehearse-forth', 'switch-back'] as const),
]);
/** Who moves the traffic reads the instances just before. */
export const looksLast = (work: Work): boolean => proxyWorks.has(work) && work !== 'preview';
const driverWorks: ReadonlySet<Work> = new Set(['start', 'stop', 'stop-new']);
export const acts = (work: Work): boolean => proxyWorks.has(work) || driverWorks.has(work);

/** The target follows, unless it has followed a higher epoch before; null when it refuses. */
export function apply(world: WorldState, work: Work, epoch: number, scenario: Scenario): WorldState | null {
  const parts = partsOf(work, scenario);
  if (scenario.protocol.targetsFence && parts.some((part) => epoch < world.highest[part])) return null;
  const followed = parts.map((part) => [part, Math.max(epoch, world.highest[part])]);
  const highest = { ...world.highest, ...Object.fromEntries(followed) } as WorldState['highest'];
  return { ...world, highest, ...effectOf(work, scenario.isFirst), ...(parts.length > 1 && { isPreviewed: false }) };
}

/** Where there is a preview step, the new version is taken from the proxy before it is stopped. */
function partsOf(work: Work, { previews, protocol }: Scenario): readonly ('proxy' | 'driver')[] {
  if (work === 'stop-new' && previews && protocol.stopsEndPreview) return ['proxy', 'driver'];
  return [proxyWorks.has(work) ? 'proxy' : 'driver'];
}

function effectOf(work: Work, isFirst: boolean): Partial<WorldState> {
  if (work === 'start') return { new: 'running' };
  if (work === 'preview') return { isPreviewed: true };
  if (work === 'switch a share') return { target: 'both', isPreviewed: false };
  if (work === 'switch' || work === 'rehearse-forth') return { target: 'new', isPreviewed: false };
  if (work === 'stop') return isFirst ? {} : { old: 'stopped' };
  if (work === 'switch-back' || work === 'rehearse-back') return { target: before(isFirst), isPreviewed: false };
  return { new: 'stopped' };
}

/** What a look at the world says of a step: does its effect stand? Steps that only look always may be done. */
export function stands(world: WorldState, work: Work, { isFirst, protocol }: Scenario): boolean {
  if (work === 'prove') return world.new === 'running';
  const watched = work === 'bake' ? 'new' : work === 'bake a share' ? 'both' : null;
  if (watched !== null) return !protocol.bakeLooks || (world.target === watched && world.new === 'running');
  if (!acts(work)) return true;
  return Object.entries(effectOf(work, isFirst)).every(([part, value]) => world[part as 'old'] === value);
}

/** Why a step gives up before it acts, or null: what the step modules look at. */
export function obstacle(
  world: WorldState,
  work: Work,
  { isFirst, protocol }: Scenario,
): 'done' | 'failed' | 'unknown' | null {
  const { target } = world;
  // A rehearsal examines the old version: one that is not well is its answer, and the traffic stays.
  if (work === 'rehearse-back') return world.old === 'running' || !protocol.backLooks ? null : 'done';
  if (work === 'rehearse-forth') return world.new === 'running' || !protocol.forthLooks ? null : 'failed';
  if (work === 'switch') return world.new === 'running' ? null : 'unknown';
  if (work === 'preview') return world.new === 'running' && world.old === 'running' ? null : 'failed';
  if (work === 'switch a share') return world.new === 'running' && world.old === 'running' ? null : 'unknown';
  if (work === 'stop') return protocol.stopsLook && (target === 'old' || target === 'both') ? 'unknown' : null;
  if (work === 'stop-new') return protocol.stopsLook && (target === 'new' || target === 'both') ? 'unknown' : null;
  if (work !== 'switch-back' || isFirst || world.old === 'running' || !protocol.backLooks) return null;
  return world.new === 'running' ? 'failed' : 'unknown';
}
