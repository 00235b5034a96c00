import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fail, FailureError } from '../domain/failure.ts';
import { sameBeside } from '../kinds/beside.ts';
import type { Colour } from '../kinds/driver.ts';
import { expectRoom } from '../kinds/machines.ts';
import type { MaintenancePage } from '../kinds/maintenance.ts';
import type { ColourLoad, TrafficHandle, TrafficState, TrafficTarget } from '../kinds/traffic.ts';
import { askControl } from './control-client.ts';
import type { WorkerLoad } from './edge-messages.ts';
import { edgeProcesses } from './edge-processes.ts';
import type { EdgeRun, EdgeState } from './edge-state.ts';
import { launch, readRun } from './launch.ts';
import { isAlive, type ProcessIdentity } from '../host/process-identity.ts';
import type { LaneLoad } from './traffic-count.ts';

const stopTimeoutMs = 3_000;
const deathTimeoutMs = 500;
const comingTimeoutMs = 4_000;

export interface EdgeOptions {
  /** Holds `edge.json`, `state.json`, `run.json` and `edge.log`; made when missing. */
  readonly stateDirectory: string;
  /** Public address of each service. */
  readonly services: Readonly<Record<string, { readonly host: string; readonly port: number }>>;
  /** Peers whose X-Forwarded-* headers are believed. Default: this machine. */
  readonly trustedProxies?: readonly string[];
  readonly onProgress?: (line: string) => void;
}

/** What a running edge says of itself. */
export interface EdgeStanding {
  readonly pid: number;
  readonly workerPid: number | null;
  readonly workerRestarts: number;
  readonly upSinceAt: number;
  readonly services: EdgeRun['services'];
  readonly state: EdgeState;
  readonly maintenance: MaintenancePage | null;
}

/** Lanes apart, with latency buckets; `load()` is the short form. */
export type EdgeLoad = WorkerLoad & { readonly workerRestarts: number };

export interface Edge extends TrafficHandle {
  /** Null when the edge is down. */
  standing(): Promise<EdgeStanding | null>;
  measure(): Promise<EdgeLoad>;
}

/** A handle on the edge of a state directory, running or not. Nothing happens until it is asked. */
export function openEdge(options: EdgeOptions): Edge {
  return {
    ensure: async () => void (await ensureRunning(options)),
    listeners: () => readListeners(options.stateDirectory),
    others: () => [],
    current: async () => {
      const standing = await readStanding(options);
      return standing && trafficState(standing.state);
    },
    standing: () => readStanding(options),
    prepare: (target) => prepare(options, target),
    point: async (target) => {
      expectRoom(1, target);
      // The same epoch again changes nothing, so a question that got lost is simply asked again.
      const body = (await askOrFail(options, 'PUT', '/point', target)) as { readonly state: EdgeState };
      const state = trafficState(body.state);
      return sameBeside(state.beside, target.beside) ? state : failOld(options.stateDirectory);
    },
    load: async () => byColour((await askOrFail(options, 'GET', '/load')) as EdgeLoad),
    measure: async () => (await askOrFail(options, 'GET', '/load')) as EdgeLoad,
    closeSessions: async (colour, epoch) =>
      void (await askOrFail(options, 'POST', '/close-sessions', { colour, epoch, code: 1012 })),
    maintain: async (wish) => void (await askOrFail(options, 'PUT', '/maintenance', wish)),
    maintenance: async () => (await readStanding(options))?.maintenance ?? null,
    stop: () => stopRunning(options),
  };
}

/** Brings the edge up with what it last pointed to. Throws GR7403 for one that hangs, GR7404 for one with other addresses. */
async function ensureRunning(options: EdgeOptions): Promise<EdgeRun> {
  const { stateDirectory, services, trustedProxies = ['127.0.0.1', '::1'], onProgress } = options;
  const running = await readRun(stateDirectory);
  if (running) {
    if (!sameAddresses(running.services, services)) failOther(running);
    const answer = await askControl(running, 'GET', '/state');
    if (answer.status === 'done') return running;
    if (await staysAlive(running))
      failUnsure(running, answer.status === 'unknown' ? answer.reason : answer.failure.message);
  }
  onProgress?.('starting the edge');
  const run = await launch(stateDirectory, { services, trustedProxies: [...trustedProxies] });
  if (!sameAddresses(run.services, services)) failOther(run);
  onProgress?.(`the edge runs as process ${run.pid}`);
  return run;
}

/** One that an older Greenroom started knows no such question: it does everything when it is pointed. */
async function prepare(options: EdgeOptions, target: TrafficTarget): Promise<void> {
  try {
    await askOrFail(options, 'PUT', '/prepare', target);
  } catch (error) {
    if (!(error instanceof FailureError) || error.failures[0]?.code !== 'GR7406') throw error;
  }
}

/** Not asked whether it answers: the question that follows tells. */
async function findRunning({ stateDirectory, services }: EdgeOptions): Promise<EdgeRun | null> {
  const running = await readRun(stateDirectory);
  return running && sameAddresses(running.services, services) ? running : null;
}

/** Once more after bringing it up, when it was down or died over the question. */
async function askOrFail(options: EdgeOptions, method: string, path: string, body?: object): Promise<unknown> {
  let reason = 'it is not running';
  for (let attempt = 0; attempt < 2; attempt += 1) {
    const run = (attempt === 0 && (await findRunning(options))) || (await ensureRunning(options));
    const answer = await askControl(run, method, path, body);
    if (answer.status === 'done') return answer.body;
    if (answer.status === 'refused') fail(answer.failure);
    reason = answer.reason;
    if (await staysAlive(run)) failUnsure(run, reason);
  }
  return fail({
    code: 'GR7403',
    message: `The edge does not stay up: ${reason}.`,
    where: `${options.stateDirectory}/edge.log`,
  });
}

/** Waits for one that is just coming up, or going from one watchdog to the next. */
async function readListeners(stateDirectory: string): Promise<EdgeRun['services'] | null> {
  const untilMs = performance.now() + comingTimeoutMs;
  for (;;) {
    const run = await readRun(stateDirectory);
    if (run) return run.services;
    if (edgeProcesses(stateDirectory).length === 0 || performance.now() > untilMs) return null;
    await sleep(20);
  }
}

async function readStanding(options: EdgeOptions): Promise<EdgeStanding | null> {
  const run = await readRun(options.stateDirectory);
  if (!run) return null;
  const answer = await askControl(run, 'GET', '/state');
  if (answer.status === 'done') return answer.body as EdgeStanding;
  if (answer.status === 'refused') fail(answer.failure);
  return (await staysAlive(run)) ? failUnsure(run, answer.reason) : null;
}

/** A killed process drops its connections a moment before it is gone. */
async function staysAlive(process: ProcessIdentity): Promise<boolean> {
  const untilMs = performance.now() + deathTimeoutMs;
  while (isAlive(process)) {
    if (performance.now() > untilMs) return true;
    await sleep(5);
  }
  return false;
}

/**
 * Asks first, then ends whatever is left: a worker without its watchdog would otherwise start the edge again. Who was seen
 * once is waited for: one that is just dying has no command line to be found by, and still holds the listeners.
 */
async function stopRunning({ stateDirectory }: EdgeOptions): Promise<void> {
  const run = await readRun(stateDirectory);
  const seen = new Map<string, ProcessIdentity>();
  const members = (): ProcessIdentity[] => {
    for (const each of [...(run ? [run] : []), ...edgeProcesses(stateDirectory)])
      seen.set(`${each.pid} ${each.startedTicks}`, each);
    return [...seen.values()].filter(isAlive);
  };
  members();
  if (run) await askControl(run, 'POST', '/stop', undefined, 1_000);
  const askedUntilMs = performance.now() + (run ? stopTimeoutMs : 0);
  for (let left = members(); left.length > 0; left = members()) {
    if (performance.now() > askedUntilMs) for (const { pid } of left) kill(pid);
    await sleep(10);
  }
  await rm(join(stateDirectory, 'run.json'), { force: true });
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone by itself meanwhile.
  }
}

/** Old lanes of a colour still count as its load: what is under way there must end before the colour is stopped. */
function byColour(load: EdgeLoad): ColourLoad[] {
  const colours = new Map<Colour, ColourLoad>();
  for (const lane of load.lanes) {
    if (lane.colour !== 'blue' && lane.colour !== 'green') continue;
    const before = colours.get(lane.colour);
    const httpInFlight = lane.httpInFlight + (before?.httpInFlight ?? 0);
    const webSockets = lane.webSockets + (before?.webSockets ?? 0);
    colours.set(lane.colour, { ...countersOf(lane), colour: lane.colour, httpInFlight, webSockets });
  }
  return [...colours.values()];
}

function countersOf(lane: LaneLoad): Omit<ColourLoad, 'colour' | 'httpInFlight' | 'webSockets'> {
  const { requests, status5xx, transportErrors, givenUp = 0, countedSinceAt, firstErrorAt, slowestAnswerMs = 0 } = lane;
  // One that an older Greenroom started does not tell.
  const { unanswered = null } = lane as Partial<LaneLoad>;
  return { requests, status5xx, transportErrors, givenUp, countedSinceAt, firstErrorAt, unanswered, slowestAnswerMs };
}

function trafficState({ epoch, colour, release, services, beside }: TrafficTarget): TrafficState {
  return { epoch, colour, release, services, ...(beside && { beside }) };
}

function sameAddresses(a: EdgeOptions['services'], b: EdgeOptions['services']): boolean {
  const text = (services: EdgeOptions['services']): string =>
    Object.keys(services)
      .sort()
      .map((name) => `${name}=${services[name]?.host}:${services[name]?.port}`)
      .join(' ');
  return text(a) === text(b);
}

function failOther(run: EdgeRun): never {
  const addresses = Object.entries(run.services).map(([name, { host, port }]) => `${name} on ${host}:${port}`);
  fail({
    code: 'GR7404',
    message: `The edge that runs here (process ${run.pid}) has other public addresses: ${addresses.join(', ')}.`,
    do: 'Stop it first when the addresses in the configuration are the right ones; that interrupts traffic.',
  });
}

/** One that an older Greenroom started leaves out what it does not know. */
function failOld(stateDirectory: string): never {
  fail({
    code: 'GR7437',
    message: 'The edge that runs here was started by an older Greenroom and knows no previews and shares.',
    where: stateDirectory,
    do: 'Stop the environment with "greenroom stop" and deploy; that interrupts traffic.',
  });
}

function failUnsure(run: EdgeRun, reason: string): never {
  fail({
    code: 'GR7403',
    message: `The edge (process ${run.pid}) gave no sure answer: ${reason}.`,
    do: 'Read what it points to now, then ask again with the same epoch.',
  });
}
