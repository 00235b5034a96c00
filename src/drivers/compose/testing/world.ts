import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openEngine } from '../../../docker/engine.ts';
import { type Failure, FailureError } from '../../../domain/failure.ts';
import { storeTree } from '../../../effects/artifact-store.ts';
import { composeHost } from '../../../effects/compose-host.ts';
import type { Colour, Instance, Slot } from '../../../kinds/driver.ts';
import { composeDriver } from '../../compose.ts';
import { endOfPlane } from '../../process/testing/world.ts';
import { schema, type ComposeConfig, type ComposeSlot } from '../scene.ts';
import { docker, importBase, lines } from './docker.ts';
import type { PlaneOrder } from '../../../kinds/testing/plane.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export const realHost = () => ({ ...composeHost(), engine: openEngine });

export interface SlotOptions {
  readonly epoch: number;
  readonly release?: string;
  readonly colour?: Colour;
  readonly environment?: string;
  readonly variables?: Readonly<Record<string, string>>;
  readonly config?: Partial<Record<keyof ComposeConfig, unknown>>;
  readonly stopGraceMs?: number;
}

export interface WorldOptions {
  readonly cli?: readonly string[];
  /** The team's file; `BASE` in it is an image with node. */
  readonly file?: string;
}

export const teamFile = `version: "3.8"
services:
  web:
    build: .
    container_name: the-only-web
    command: ["node", "app.mjs"]
    environment:
      CALLS: http://counter:3000/ http://media-api:3000/
      TOLD: "\${TOLD:-nothing} for $$5"
    ports: ["8080:3000"]
    depends_on: [counter, media-api]
  media-api:
    build: .
    command: ["node", "app.mjs"]
    expose: ["3000"]
  counter:
    image: BASE
    command: ["node", "-e", "let n = 0; require('http').createServer((q, s) => s.end(JSON.stringify({ count: ++n }))).listen(3000); process.on('SIGTERM', () => process.exit(0))"]
`;

let base: string | null = null;
/** Made once for a file of tests. */
export function baseImage(): string {
  if (base === null) {
    const tag = `greenroom-test-base:${process.pid}-${randomUUID().slice(0, 8)}`;
    importBase(tag);
    base = tag;
  }
  return base;
}
export function removeBase(): void {
  if (base !== null) docker('image', 'rm', '-f', base);
  base = null;
}

/** A folder with a compose file, stored releases of it, and an oracle that asks `docker` and HTTP. */
export async function openWorld({ cli, file = teamFile }: WorldOptions = {}) {
  const root = mkdtempSync(join(tmpdir(), 'greenroom-compose-'));
  const project = `shop${randomUUID().slice(0, 8)}`;
  const projectDirectory = join(root, project);
  mkdirSync(projectDirectory);
  const strangers: string[] = [];
  const store = (name: string, text = file) => storeRelease(root, projectDirectory, name, text);
  const releases: Record<string, Awaited<ReturnType<typeof store>>> = {
    one: await store('one'),
    two: await store('two'),
  };
  const slot = (options: SlotOptions): ComposeSlot => {
    const release = options.release ?? 'one';
    const environment = options.environment ?? 'staging';
    const service = (name: string) => ({
      ...{ name, argv: ['node', 'app.mjs'], stopGraceMs: options.stopGraceMs ?? 3_000 },
      variables: { ...options.variables },
    });
    return {
      ...{ project, environment, colour: options.colour ?? 'green', host: '127.0.0.1', projectDirectory },
      config: schema.parse({ ...(cli && { cli: [...cli] }), ...options.config }),
      stateDirectory: join(root, 'environments', environment),
      release: { id: `rel_${release}`, revision: release, version: '1.0.0', artifact: releases[release]!.digest },
      artifactDirectory: releases[release]!.directory,
      services: [service('web'), service('media-api')],
      secrets: [],
      publicPorts: [],
      epoch: options.epoch,
      operation: `${release}.${options.epoch}`,
    };
  };
  const projects = (): readonly string[] =>
    [`${project}-staging`, `${project}-production`].flatMap((each) => [`${each}-blue`, `${each}-green`]);
  const living = (): readonly string[] =>
    projects().flatMap((each) =>
      lines(
        docker(
          'ps',
          '--filter',
          `label=com.docker.compose.project=${each}`,
          '--format',
          '{{.Label "com.docker.compose.service"}}',
        ),
      ),
    );
  const containerAt = (instance: Pick<Instance, 'port'>): string => {
    const found = lines(docker('ps', '-q', '--filter', `publish=${instance.port}`));
    if (found.length !== 1) throw new Error(`${found.length} containers publish ${instance.port}`);
    return found[0]!;
  };
  const team = (...parameters: readonly string[]): string =>
    docker('compose', '-p', project, '-f', join(releases['one']!.directory, 'docker-compose.yml'), ...parameters);
  return {
    commandMs: 120_000,
    ...{ root, project, projectDirectory, releases, store, slot, containerAt, team },
    driver: composeDriver(realHost()),
    running: async () => living().toSorted(),
    answering: async (instance: Instance) => String((await ask(instance))['release']),
    killFromOutside: async (instance: Instance) => {
      const id = containerAt(instance);
      docker('kill', id);
      while (docker('inspect', '-f', '{{.State.Running}}', id) === 'true') await sleep(20);
    },
    /** A container that another Greenroom has labelled alike, where ours was. */
    replaceByStranger: async (of: Slot, service: string) => {
      const ours = `label=greenroom.state=${of.stateDirectory}`;
      const ids = lines(docker('ps', '-aq', '--filter', ours, '--filter', `label=greenroom.service=${service}`));
      const labels = Object.entries({
        ...{ state: `${root}/another/environments/staging`, colour: of.colour, service, environment: of.environment },
        ...{ release: of.release.id, epoch: String(of.epoch), operation: of.operation },
      }).flatMap(([name, value]) => ['--label', `greenroom.${name}=${value}`]);
      if (ids.length > 0) docker('rm', '-f', ...ids);
      const id = docker('run', '-d', ...labels, baseImage(), 'node', '-e', 'setInterval(() => {}, 1000)');
      strangers.push(id);
      return { alive: () => docker('inspect', '-f', '{{.State.Running}}', id) === 'true' };
    },
    runAndDie: async (of: Slot, change: PlaneOrder['change'], commands: number) => {
      const plane = await endOfPlane(startPlane({ slot: of as ComposeSlot, change, commands }));
      if (plane.signalName !== 'SIGKILL') throw new Error(`the plane was not killed: ${plane.output}`);
    },
    dispose: async () => {
      const own = [project, `${project}-production`, ...projects()].map(
        (each) => `label=com.docker.compose.project=${each}`,
      );
      const ids = own.flatMap((filter) => lines(docker('ps', '-aq', '--filter', filter)));
      if (ids.length + strangers.length > 0) docker('rm', '-f', '-v', ...ids, ...strangers);
      for (const filter of own) {
        for (const id of lines(docker('network', 'ls', '-q', '--filter', filter))) docker('network', 'rm', id);
        for (const name of lines(docker('volume', 'ls', '-q', '--filter', filter))) docker('volume', 'rm', name);
      }
      const images = ['web', 'media-api']
        .flatMap((each) => [`greenroom/${project}-${each}`, `${project}-${each}`, `${project}_${each}`])
        .flatMap((repository) => lines(docker('images', '--format', '{{.Repository}}:{{.Tag}}', repository)));
      if (images.length > 0) docker('image', 'rm', '-f', ...images);
      rmSync(root, { recursive: true, force: true });
    },
  };
}
/** Carries out a change, command by command. */
export async function carryOut(change: PlaneOrder['change'], slot: ComposeSlot, driver = composeDriver(realHost())) {
  for (const command of driver.plan(change, slot)) await driver.run(command, slot, AbortSignal.timeout(120_000));
  return driver.observe(slot);
}

/** All that an act was refused for; none when it was not. */
export const failuresOf = (act: Promise<unknown>): Promise<readonly Failure[]> =>
  act.then(
    () => [],
    (error: unknown) => {
      if (error instanceof FailureError) return error.failures;
      throw error;
    },
  );
export type World = Awaited<ReturnType<typeof openWorld>>;

export function startPlane(order: PlaneOrder): ChildProcess {
  return spawn(process.execPath, [here('./plane.ts'), JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** Asks until somebody answers: docker-proxy accepts, and resets, while the container boots. */
export async function ask(instance: Pick<Instance, 'host' | 'port'>, path = '/'): Promise<Record<string, unknown>> {
  for (const untilMs = performance.now() + 60_000; ;) {
    try {
      const answer = await fetch(`http://${instance.host}:${instance.port}${path}`, {
        signal: AbortSignal.timeout(15_000),
      });
      return (await answer.json()) as Record<string, unknown>;
    } catch (error) {
      if (performance.now() > untilMs) throw error;
      await sleep(20);
    }
  }
}

async function storeRelease(root: string, directory: string, name: string, file: string) {
  const source = join(root, `source-${name}`);
  mkdirSync(join(source, 'conf'), { recursive: true });
  cpSync(here('./app.mjs'), join(source, 'app.mjs'));
  writeFileSync(join(source, 'VERSION'), name);
  writeFileSync(join(source, 'conf', 'VERSION'), name);
  writeFileSync(join(source, 'docker-compose.yml'), file.replaceAll('BASE', baseImage()));
  writeFileSync(join(source, 'Dockerfile'), `FROM ${baseImage()}\nWORKDIR /app\nCOPY app.mjs VERSION ./\n`);
  cpSync(source, directory, { recursive: true });
  return storeTree(source, [], join(root, 'store'));
}
