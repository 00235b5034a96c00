import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { storeTree } from '../../../effects/artifact-store.ts';
import { commandHost } from '../../../effects/command-host.ts';
import type { Colour, Instance, Slot } from '../../../kinds/driver.ts';
import { commandDriver } from '../../command.ts';
import { ask, endOfPlane, marked } from '../../process/testing/world.ts';
import type { CommandConfig } from '../scene.ts';
import type { PlaneOrder } from '../../../kinds/testing/plane.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
export const example = here('./example.mjs');

export interface SlotOptions {
  readonly epoch: number;
  readonly release?: 'one' | 'two';
  readonly colour?: Colour;
  readonly variables?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly config?: Partial<CommandConfig>;
  /** Another attempt than the epoch alone would name. */
  readonly operation?: string;
}

/** A folder, two stored releases, a program that starts real processes, and an oracle that reads /proc and asks by HTTP. */
export async function openWorld() {
  const root = mkdtempSync(join(tmpdir(), 'greenroom-command-'));
  const mark = `WORLD=${randomUUID()}`;
  const releases = { one: await storeRelease(root, 'one'), two: await storeRelease(root, 'two') };
  const strangers: ChildProcess[] = [];
  const slot = (options: SlotOptions): Slot<CommandConfig> => {
    const release = options.release ?? 'one';
    const service = (name: string) => ({
      ...{ name, argv: ['node', 'app.mjs', name], stopGraceMs: 3_000 },
      variables: { WORLD: mark.slice('WORLD='.length), ...options.variables },
    });
    return {
      ...{ project: 'fixture', environment: 'staging', colour: options.colour ?? 'green', host: '127.0.0.1' },
      config: {
        ...{ run: ['node', example], pass: [], within: 30_000, 'state-within': 20_000, 'retry-for': 90_000 },
        ...options.config,
      },
      ...{ projectDirectory: root, stateDirectory: join(root, 'state') },
      release: { id: `rel_${release}`, revision: release, version: '1.0.0', artifact: releases[release].digest },
      artifactDirectory: releases[release].directory,
      services: [service('web'), service('media-api')],
      secrets: options.secrets ?? [],
      publicPorts: [],
      epoch: options.epoch,
      operation: options.operation ?? `${mark.slice(-8)}.${release}.${options.epoch}`,
    };
  };
  const driver = commandDriver(commandHost());
  return {
    ...{ root, driver, slot },
    running: async () =>
      marked(mark)
        .map(({ argv }) => argv.split(' ').at(-1) ?? '')
        .toSorted(),
    answering: async (instance: Instance) => String((await ask(instance))['release']),
    killFromOutside: async (instance: Instance) => {
      process.kill(instance.pid!, 'SIGKILL');
      await gone(instance.pid!);
    },
    replaceByStranger: async (of: Slot<CommandConfig>, service: string) => {
      const path = join(of.stateDirectory, 'command', of.colour, `${service}.pid`);
      const pid = Number(readFileSync(path, 'utf8'));
      const stranger = spawn('sleep', ['60'], { stdio: 'ignore', detached: true });
      strangers.push(stranger);
      writeFileSync(path, String(stranger.pid));
      process.kill(pid, 'SIGKILL');
      await gone(pid);
      return { alive: () => stranger.exitCode === null && stranger.signalCode === null };
    },
    runAndDie: async (of: Slot<CommandConfig>, change: PlaneOrder['change'], commands: number) => {
      const plane = await endOfPlane(startPlane({ slot: of, change, commands }));
      if (plane.signalName !== 'SIGKILL') throw new Error(`the plane was not killed: ${plane.output}`);
    },
    dispose: async () => {
      for (const stranger of strangers) stranger.kill('SIGKILL');
      for (const { pid } of marked(mark)) process.kill(pid, 'SIGKILL');
      while (marked(mark).length > 0) await sleep(5);
      rmSync(root, { recursive: true, force: true });
    },
  };
}

export function startPlane(order: PlaneOrder): ChildProcess {
  return spawn(process.execPath, [here('./plane.ts'), JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** A killed process is gone when its environment cannot be read any more; a zombie's reads as empty. */
async function gone(pid: number): Promise<void> {
  const isThere = (): boolean => {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8') !== '';
    } catch {
      return false;
    }
  };
  while (isThere()) await sleep(5);
}

async function storeRelease(root: string, name: string) {
  const source = join(root, `source-${name}`);
  mkdirSync(source);
  cpSync(here('../../process/testing/app.mjs'), join(source, 'app.mjs'));
  writeFileSync(join(source, 'VERSION'), name);
  return storeTree(source, [], join(root, 'store'));
}
