import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { storeTree } from '../../../effects/artifact-store.ts';
import { supervisedHost } from '../../../effects/supervised-host.ts';
import type { Colour, Instance, Slot } from '../../../kinds/driver.ts';
import { processDriver } from '../../process.ts';
import type { PlaneOrder } from '../../../kinds/testing/plane.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export interface SlotOptions {
  readonly epoch: number;
  readonly release?: 'one' | 'two';
  readonly colour?: Colour;
  readonly variables?: Readonly<Record<string, string>>;
  readonly stopGraceMs?: number;
  readonly argv?: readonly string[];
}

/** A folder, two stored releases and an oracle that reads /proc and asks by HTTP. */
export async function openWorld() {
  const root = mkdtempSync(join(tmpdir(), 'greenroom-process-'));
  const mark = `WORLD=${randomUUID()}`;
  const releases = { one: await storeRelease(root, 'one'), two: await storeRelease(root, 'two') };
  const strangers: ChildProcess[] = [];
  const slot = (options: SlotOptions): Slot => {
    const release = options.release ?? 'one';
    const service = (name: string) => ({
      name,
      argv: options.argv ?? ['node', 'app.mjs', name],
      variables: { WORLD: mark.slice('WORLD='.length), ...options.variables },
      stopGraceMs: options.stopGraceMs ?? 3_000,
    });
    return {
      project: 'fixture',
      environment: 'staging',
      config: {},
      projectDirectory: root,
      secrets: [],
      publicPorts: [],
      colour: options.colour ?? 'green',
      stateDirectory: join(root, 'state'),
      release: { id: `rel_${release}`, revision: release, version: '1.0.0', artifact: releases[release].digest },
      artifactDirectory: releases[release].directory,
      host: '127.0.0.1',
      services: [service('web'), service('media-api')],
      epoch: options.epoch,
      operation: `${mark.slice(-8)}.${release}.${options.epoch}`,
    };
  };
  return {
    root,
    driver: processDriver(supervisedHost()),
    slot,
    running: async () =>
      marked(mark)
        .map(({ argv }) => serviceOf(argv))
        .toSorted(),
    answering: async (instance: Instance) => String((await ask(instance))['release']),
    killFromOutside: async (instance: Instance) => {
      process.kill(instance.pid!, 'SIGKILL');
      await untilDead(instance.pid!);
    },
    replaceByStranger: async (of: Slot, service: string) => {
      const path = join(of.stateDirectory, of.colour, `${service}.json`);
      const record = JSON.parse(readFileSync(path, 'utf8')) as { pid: number };
      process.kill(record.pid, 'SIGKILL');
      // Start times are counted in hundredths of a second; a pid does not come round within one.
      await sleep(50);
      const stranger = spawn('sleep', ['60'], { stdio: 'ignore', detached: true });
      strangers.push(stranger);
      writeFileSync(path, JSON.stringify({ ...record, pid: stranger.pid }));
      await untilDead(record.pid);
      return { alive: () => stranger.exitCode === null && stranger.signalCode === null };
    },
    runAndDie: async (of: Slot, change: PlaneOrder['change'], commands: number) => {
      const plane = await runPlane({ slot: of, change, commands });
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

export async function endOfPlane(plane: ChildProcess): Promise<{ output: string; signalName: string | null }> {
  const ended = new Promise<string | null>((resolve) => plane.once('exit', (_code, name) => resolve(name)));
  const output = await text(plane.stdout!);
  return { output, signalName: await ended };
}

export const runPlane = (order: PlaneOrder) => endOfPlane(startPlane(order));

/** Asks until somebody answers, at most five seconds. */
export async function ask(instance: Pick<Instance, 'host' | 'port'>): Promise<Record<string, unknown>> {
  for (const untilMs = performance.now() + 5_000; ;) {
    try {
      const answer = await fetch(`http://${instance.host}:${instance.port}/`, { signal: AbortSignal.timeout(1_000) });
      return (await answer.json()) as Record<string, unknown>;
    } catch (error) {
      if (performance.now() > untilMs) throw error;
      await sleep(10);
    }
  }
}

/** Living processes with this mark in their environment, shells at the gate included. */
export function marked(mark: string): readonly { pid: number; argv: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        if (!readFileSync(`/proc/${name}/environ`, 'utf8').split('\0').includes(mark)) return [];
        // The environment of a zombie reads as empty, so it is not among these.
        return [
          { pid: Number(name), argv: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ').trim() },
        ];
      } catch (error) {
        // Gone in between, or somebody's whom nobody may look at. Anything else would be taken for an end that was none.
        if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(String((error as { code?: unknown }).code))) return [];
        throw error;
      }
    });
}

/** A killed process loses its environment first, then thread by thread its files and ports. */
async function untilDead(pid: number): Promise<void> {
  const dying = (): boolean => {
    try {
      return readdirSync(`/proc/${pid}/task`).length > 1 || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    } catch {
      return false;
    }
  };
  while (dying()) await sleep(5);
}

const serviceOf = (argv: string): string => argv.split(' ').at(-1) ?? '';

async function storeRelease(root: string, name: string) {
  const source = join(root, `source-${name}`);
  mkdirSync(source);
  cpSync(here('./app.mjs'), join(source, 'app.mjs'));
  writeFileSync(join(source, 'VERSION'), name);
  return storeTree(source, [], join(root, 'store'));
}
