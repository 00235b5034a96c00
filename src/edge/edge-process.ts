import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { controlServer } from './control-server.ts';
import { writeDurably } from '../host/durable-file.ts';
import { readRecord } from './read-record.ts';
import type { TookOver } from './edge-messages.ts';
import { noMaintenance, wishSchema } from '../kinds/maintenance.ts';
import { configSchema, stateSchema } from './edge-schemas.ts';
import { emptyState, type EdgeConfig, type EdgeRun } from './edge-state.ts';
import { bindHandle, inheritHandle, type ListeningHandle } from './listening-handle.ts';
import { ownIdentity } from '../host/process-identity.ts';
import { log, Watchdog } from './watchdog.ts';

/** Exit code for a public address that could not be had. */
const addressExitCode = 4;

/** Descriptors 0 to 2 are the usual ones, 3 is the channel to the worker that started us. */
const firstInherited = 4;

export interface EdgeStart {
  readonly stateDirectory: string;
  readonly entryFile: string;
  /** Services whose listeners this process was started with, in the order of their descriptors. */
  readonly inherited: readonly string[];
}

/** The edge's outer process: takes the public addresses, starts the worker, opens the control door, and says where it is. */
export async function runEdge({ stateDirectory, entryFile, inherited }: EdgeStart): Promise<void> {
  const config = await readRecord(join(stateDirectory, 'edge.json'), configSchema);
  if (!config) throw new Error(`${join(stateDirectory, 'edge.json')} is missing`);
  const state = (await readRecord(join(stateDirectory, 'state.json'), stateSchema)) ?? emptyState;
  const wish = (await readRecord(join(stateDirectory, 'maintenance.json'), wishSchema)) ?? noMaintenance;
  const watchdog = new Watchdog({
    stateDirectory,
    entryFile,
    config,
    state,
    wish,
    handles: takeAddresses(config, inherited),
    listenFailed: addressMissed,
  });
  let run: EdgeRun | null = null;
  const stop = (): void => void leave(watchdog, stateDirectory);
  const control = controlServer(watchdog, () => run!, stop);
  await new Promise<void>((resolve) => control.listen(0, '127.0.0.1', resolve));
  run = describe(config, (control.address() as AddressInfo).port);
  process.on('SIGTERM', stop);
  // Ctrl-C in the terminal that started it is not meant for the edge.
  process.on('SIGINT', () => undefined);
  process.on('SIGHUP', () => undefined);
  watchdog.start();
  if (!(await watchdog.ready(10_000))) throw new Error('the worker did not come up within 10 s');
  if (inherited.length > 0) await tellTookOver();
  await writeDurably(join(stateDirectory, 'run.json'), JSON.stringify(run));
  watchdog.settle();
  log('up', { epoch: state.epoch, colour: state.colour, services: config.services });
}

function describe(config: EdgeConfig, controlPort: number): EdgeRun {
  return {
    ...ownIdentity(),
    controlPort,
    token: randomBytes(32).toString('base64url'),
    upSinceAt: Date.now(),
    services: config.services,
  };
}

function takeAddresses(config: EdgeConfig, inherited: readonly string[]): Map<string, ListeningHandle> {
  const handles = new Map<string, ListeningHandle>();
  // Always in the same order: of two edges started at once, the one that gets the first address gets them all.
  for (const [service, { host, port }] of Object.entries(config.services).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const descriptor = inherited.indexOf(service);
    const held = descriptor === -1 ? null : inheritHandle(firstInherited + descriptor, port);
    const bound = held ?? bindHandle(host === 'localhost' ? '127.0.0.1' : host, port);
    if ('errno' in bound) addressMissed(service, bound.errno);
    else handles.set(service, bound);
  }
  return handles;
}

function addressMissed(service: string, errno: string): never {
  log('address-missed', { service, errno });
  process.exit(addressExitCode);
}

async function leave(watchdog: Watchdog, stateDirectory: string): Promise<void> {
  watchdog.stop();
  log('stopped');
  await rm(join(stateDirectory, 'run.json'), { force: true });
  process.exit(0);
}

/** Before anybody can find us: the orphan may assign no request by its own lights once targets can change here. */
async function tellTookOver(): Promise<void> {
  await new Promise<void>((resolve) => {
    if (process.send) process.send({ kind: 'took-over' } satisfies TookOver, undefined, undefined, () => resolve());
    else resolve();
  });
  if (process.connected) process.disconnect();
}
