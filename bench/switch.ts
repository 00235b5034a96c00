/** Three switches under load through the edge, the same app restarted plainly as the control, and what the edge costs. */
import { fork, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openEdge, type Edge } from '../src/edge/client.ts';
import type { Colour } from '../src/kinds/driver.ts';
import type { Address } from './deploy-place.ts';
import { failedOf, fastP99Ms, lateP99Ms, lossOf, round, seenOverlapMs } from './load-figures.ts';
import { MixedLoad, webSockets, type LoadResult } from './mixed-load.ts';
import type { BenchRow } from './row.ts';
import { throughputRatios } from './throughput.ts';

const switches = 3;
const betweenSwitchesMs = 3_500;
const switchedLoadMs = 25_500;
const drainTimeoutMs = 10_000;
const restarts = 2;
const now = (): number => performance.timeOrigin + performance.now();

interface RunningApp {
  readonly release: string;
  readonly port: number;
  readonly child: ChildProcess;
}

interface AppLog {
  readonly firstAt: number;
  readonly lastAt: number;
}

interface SwitchRecord {
  readonly pointMs: number;
  /** Last request received by the old minus first received by the new; the apps' own logs. */
  readonly overlapMs: number;
  readonly toldAt: number;
  readonly oldRelease: string;
  readonly stopMs: number;
}

export async function benchSwitch(): Promise<BenchRow[]> {
  const apps: ChildProcess[] = [];
  const stateDirectory = mkdtempSync(join(tmpdir(), 'edge-bench-'));
  const edgePort = await freePort();
  const edge = openEdge({ stateDirectory, services: { web: { host: '127.0.0.1', port: edgePort } } });
  try {
    await edge.ensure();
    const switched = await switchUnderLoad(edge, edgePort, apps);
    const rows = [...switchRows(switched.records, switched.load), ...(await controlRows(apps))];
    return [...rows, await throughputRow(edge, edgePort, apps)];
  } finally {
    await edge.stop();
    for (const child of apps) child.kill('SIGKILL');
    rmSync(stateDirectory, { recursive: true, force: true });
  }
}

async function switchUnderLoad(
  edge: Edge,
  port: number,
  apps: ChildProcess[],
): Promise<{ records: SwitchRecord[]; load: LoadResult }> {
  let old = await startApp('r0', apps);
  let colour: Colour = 'blue';
  await point(edge, 1, colour, old);
  const load = new MixedLoad(port);
  const startedAt = now();
  const records: SwitchRecord[] = [];
  for (let i = 1; i <= switches; i += 1) {
    await sleep(betweenSwitchesMs);
    const next = await startApp(`r${i}`, apps);
    const oldColour: Colour = colour;
    colour = colour === 'blue' ? 'green' : 'blue';
    records.push(await switchOnce(edge, 1 + i, { app: old, colour: oldColour }, { app: next, colour }));
    old = next;
  }
  await sleep(Math.max(0, switchedLoadMs - (now() - startedAt)));
  return { records, load: await load.stop() };
}

interface Standing {
  readonly app: RunningApp;
  readonly colour: Colour;
}

async function switchOnce(edge: Edge, epoch: number, old: Standing, next: Standing): Promise<SwitchRecord> {
  const pointedMs = performance.now();
  await point(edge, epoch, next.colour, next.app);
  const pointMs = performance.now() - pointedMs;
  await drained(edge, old.colour, 'httpInFlight');
  const [oldLog, newLog] = [await appLog(old.app), await appLog(next.app)];
  const toldAt = now();
  await edge.closeSessions(old.colour, epoch);
  await drained(edge, old.colour, 'webSockets');
  const stopMs = await stopApp(old.app);
  return { pointMs, overlapMs: oldLog.lastAt - newLog.firstAt, toldAt, oldRelease: old.app.release, stopMs };
}

function switchRows(records: readonly SwitchRecord[], load: LoadResult): BenchRow[] {
  const { issued, records: requests, sessions } = load;
  const failed = failedOf(load);
  const dropped = sessions.filter(({ closedAt, code, release }) => {
    if (code === 0) return false;
    const told = records.find(({ oldRelease }) => oldRelease === release);
    return code !== 1012 || !told || closedAt < told.toldAt;
  }).length;
  const told = sessions.filter(({ code }) => code === 1012).length;
  const overlapMs = Math.max(
    ...records.map((record) =>
      Math.max(record.overlapMs, seenOverlapMs(record.oldRelease, releaseAfter(record.oldRelease), requests)),
    ),
  );
  const answered = new Set(requests.map(({ release }) => release)).size;
  return [
    row('requests issued', issued, 'requests', '>= 10000', issued >= 10_000),
    row('failed over three switches with drain and stop', failed, 'requests', '0', failed === 0),
    row('releases that answered', answered, 'releases', `${switches + 1}`, answered === switches + 1),
    row('last assigned to old minus first served by new, worst', round(overlapMs), 'ms', '<= 50', overlapMs <= 50),
    row('WebSockets dropped before their colour was told', dropped, 'sockets', '0', dropped === 0),
    row('WebSockets ended with 1012', told, 'sockets', `${webSockets * switches}`, told === webSockets * switches),
    row(
      'switch command, worst',
      round(Math.max(...records.map(({ pointMs }) => pointMs))),
      'ms',
      '<= 1000',
      records.every(({ pointMs }) => pointMs <= 1_000),
    ),
    row(
      'stop of the drained colour, worst',
      round(Math.max(...records.map(({ stopMs }) => stopMs))),
      'ms',
      '<= 1000',
      records.every(({ stopMs }) => stopMs <= 1_000),
    ),
    row('p99 from due, without the two-second requests', round(fastP99Ms(requests)), 'ms', 'reported', true),
    row('p99 late start of the generator', round(lateP99Ms(requests)), 'ms', 'reported', true),
  ];
}

const releaseAfter = (release: string): string => `r${Number(release.slice(1)) + 1}`;

/** A harness that sees no loss here would see none anywhere. */
async function controlRows(apps: ChildProcess[]): Promise<BenchRow[]> {
  let app = await startApp('c0', apps);
  const load = new MixedLoad(app.port);
  const windows: { fromAt: number; toAt: number }[] = [];
  for (let i = 1; i <= restarts; i += 1) {
    await sleep(1_000);
    const fromAt = now();
    await stopApp(app);
    app = await startApp(`c${i}`, apps, app.port);
    windows.push({ fromAt, toAt: now() });
  }
  await sleep(1_000);
  const { records } = await load.stop();
  const losses = windows.map(({ fromAt, toAt }) => lossOf(records, fromAt, toAt));
  const fewest = Math.min(...losses.map(({ failed }) => failed));
  const shortestMs = round(Math.min(...losses.map(({ darkMs }) => darkMs)));
  return [
    { ...row('plain restart: requests lost, fewest of two', fewest, 'requests', '> 0', fewest > 0), control: true },
    { ...row('plain restart: dark window, shortest of two', shortestMs, 'ms', '> 0', shortestMs > 0), control: true },
  ];
}

async function throughputRow(edge: Edge, edgePort: number, apps: ChildProcess[]): Promise<BenchRow> {
  const app = await startApp('t', apps);
  await point(edge, 100, 'blue', app);
  const { edge: ratio } = await throughputRatios([at(app.port)], { edge: at(edgePort) });
  return row(
    'throughput through the edge / direct',
    Math.round(ratio * 1_000) / 1_000,
    'ratio',
    '>= 0.3',
    ratio >= 0.3,
  );
}

const at = (port: number): Address => ({ host: '127.0.0.1', port });

async function startApp(release: string, apps: ChildProcess[], port = 0): Promise<RunningApp> {
  const child = fork(join(import.meta.dirname, 'fixture-app.ts'), [], {
    env: { PATH: process.env.PATH ?? '', RELEASE: release, PORT: String(port) },
  });
  apps.push(child);
  const message = await new Promise<{ port: number }>((resolve, reject) => {
    child.once('message', (said: { port: number }) => resolve(said));
    child.once('exit', (code) => reject(new Error(`the fixture app ended with ${code}`)));
  });
  return { release, port: message.port, child };
}

async function stopApp({ child }: RunningApp): Promise<number> {
  const startedMs = performance.now();
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await ended;
  return performance.now() - startedMs;
}

async function appLog({ port }: RunningApp): Promise<AppLog> {
  const response = await fetch(`http://127.0.0.1:${port}/seen`, { headers: { connection: 'close' } });
  return (await response.json()) as AppLog;
}

async function point(edge: Edge, epoch: number, colour: Colour, { port, release }: RunningApp): Promise<void> {
  await edge.point({ epoch, colour, release, services: { web: { host: '127.0.0.1', port } } });
}

async function drained(edge: Edge, colour: Colour, what: 'httpInFlight' | 'webSockets'): Promise<void> {
  const until = now() + drainTimeoutMs;
  while ((await edge.load()).some((load) => load.colour === colour && load[what] > 0)) {
    if (now() > until) throw new Error(`${colour} still has ${what} after ${drainTimeoutMs} ms`);
    await sleep(25);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function row(measure: string, value: number, unit: string, bar: string, holds: boolean): BenchRow {
  return { bench: 'switch', measure, value, unit, bar, holds, control: false };
}
