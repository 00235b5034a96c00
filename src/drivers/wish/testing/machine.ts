import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { storeTree } from '../../../effects/artifact-store.ts';
import type { Colour, Instance, Slot } from '../../../kinds/driver.ts';
import { ask, endOfPlane, marked } from '../../process/testing/world.ts';
import type { RemoteOrder } from './plane.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export interface SlotOptions {
  readonly epoch: number;
  readonly release?: 'one' | 'two';
  readonly colour?: Colour;
  readonly operation?: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
}

interface Noted {
  pid: number;
  readonly port: number;
  readonly release: string;
  readonly startedAt: string;
}

export interface StartOrder {
  readonly colour: string;
  readonly service: string;
  readonly release: string;
  /** Digest of its tree. */
  readonly artifact?: string;
  readonly variables?: object;
}

/** What is started for an order. */
export type AppOf = (order: StartOrder) => {
  readonly directory: string;
  readonly argv: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
};

/**
 * A machine of somebody else on which services really run, an oracle that reads /proc, and what belongs into every slot. Without
 * `appOf` it has two releases of its own.
 */
export async function openMachine(appOf?: AppOf) {
  const root = mkdtempSync(join(tmpdir(), 'greenroom-remote-'));
  const mark = `WORLD=${randomUUID()}`;
  const releases = { one: await storeRelease(root, 'one'), two: await storeRelease(root, 'two') };
  const ownApp: AppOf = ({ release, service }) => ({
    directory: releases[release === 'rel_two' ? 'two' : 'one'].directory,
    ...{ argv: ['app.mjs', service], variables: {} },
  });
  const children: ChildProcess[] = [];
  const notes = new Map<string, Noted>();
  /** Until it is reaped: one that dies loses its environment first and its port last. */
  const kill = async (pid: number): Promise<void> => {
    // The newest: numbers come round, and an earlier one that had it has ended long ago.
    const child = children.findLast((each) => each.pid === pid)!;
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  writeFileSync(join(root, 'token'), 'token-of-the-deployer\n');

  /** By its number and its mark: a stranger with the number is not it. */
  const look = (colour: string, service: string): Noted | null => {
    const noted = notes.get(`${colour}/${service}`);
    return noted && marked(mark).some(({ pid }) => pid === noted.pid) ? noted : null;
  };
  return {
    ...{ root, mark, notes, look },
    async start(order: StartOrder): Promise<number> {
      const port = await freePort();
      const { directory, argv, variables } = (appOf ?? ownApp)(order);
      const child = spawn(process.execPath, argv, {
        cwd: directory,
        env: {
          ...{ PATH: process.env['PATH'], PORT: String(port), HOST: '127.0.0.1', WORLD: mark.slice('WORLD='.length) },
          ...{ GREENROOM_RELEASE: order.release, GREENROOM_COLOUR: order.colour, ...order.variables, ...variables },
        },
        stdio: 'ignore',
      });
      children.push(child);
      while (!marked(mark).some(({ pid }) => pid === child.pid)) await sleep(5);
      notes.set(`${order.colour}/${order.service}`, {
        ...{ pid: child.pid!, port, release: order.release, startedAt: new Date().toISOString() },
      });
      await ask({ host: '127.0.0.1', port });
      return port;
    },
    async stop({ colour, service }: { colour: string; service: string }): Promise<void> {
      const noted = look(colour, service);
      notes.delete(`${colour}/${service}`);
      if (noted) await kill(noted.pid);
    },
    slot<Config>(options: SlotOptions, config: Config): Slot<Config> {
      const release = options.release ?? 'one';
      const service = (name: string) => ({
        ...{ name, argv: ['node', 'app.mjs', name], stopGraceMs: 3_000 },
        variables: options.variables ?? {},
      });
      return {
        ...{ project: 'fixture', environment: 'staging', colour: options.colour ?? 'green', host: '127.0.0.1', config },
        ...{ projectDirectory: root, stateDirectory: join(root, 'state') },
        release: { id: `rel_${release}`, revision: release, version: '1.0.0', artifact: releases[release].digest },
        artifactDirectory: releases[release].directory,
        services: [service('web'), service('media-api')],
        ...{ secrets: options.secrets ?? [], publicPorts: [], epoch: options.epoch },
        operation: options.operation ?? `${mark.slice(-8)}.${release}.${options.epoch}`,
      };
    },
    running: async () =>
      marked(mark)
        .map(({ argv }) => argv.split(' ').at(-1) ?? '')
        .toSorted(),
    answering: async (instance: Instance) => String((await ask(instance))['release']),
    killFromOutside: async ({ port }: Instance) => {
      const [noted] = [...notes.values()].filter((each) => each.port === port);
      await kill(noted!.pid);
    },
    replaceByStranger: async ({ colour }: Slot, service: string) => {
      const noted = notes.get(`${colour}/${service}`)!;
      const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
      children.push(stranger);
      await kill(noted.pid);
      noted.pid = stranger.pid!;
      return { alive: () => stranger.exitCode === null && stranger.signalCode === null };
    },
    runAndDie: async (order: RemoteOrder) => {
      const plane = await endOfPlane(startPlane(order));
      if (plane.signalName !== 'SIGKILL') throw new Error(`the plane was not killed: ${plane.output}`);
    },
    dispose: async () => {
      for (const child of children) child.kill('SIGKILL');
      for (const { pid } of marked(mark)) process.kill(pid, 'SIGKILL');
      while (marked(mark).length > 0) await sleep(5);
      rmSync(root, { recursive: true, force: true });
    },
    log: (kind: string): string => readFileSync(join(root, 'state', kind, 'orders.log'), 'utf8'),
  };
}

export function startPlane(order: RemoteOrder): ChildProcess {
  return spawn(process.execPath, [here('./plane.ts'), JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'inherit'] });
}

export const listening = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
};

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listening(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function storeRelease(root: string, name: string) {
  const source = join(root, `source-${name}`);
  mkdirSync(source);
  cpSync(here('../../process/testing/app.mjs'), join(source, 'app.mjs'));
  writeFileSync(join(source, 'VERSION'), name);
  return storeTree(source, [], join(root, 'store'));
}
