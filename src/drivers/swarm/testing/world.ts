import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { copyImage } from '../../../docker/copy-image.ts';
import { openEngine } from '../../../docker/engine.ts';
import { storeTree } from '../../../effects/artifact-store.ts';
import { swarmHost } from '../../../effects/swarm-host.ts';
import type { Colour, Instance, Slot } from '../../../kinds/driver.ts';
import { ask, baseImage } from '../../compose/testing/world.ts';
import { lines } from '../../compose/testing/docker.ts';
import { endOfPlane } from '../../process/testing/world.ts';
import { swarmDriver } from '../../swarm.ts';
import { schema, type SwarmConfig, type SwarmSlot } from '../scene.ts';
import type { Swarm } from '../../../../test/rig/swarm.ts';
import { until } from '../../../../test/rig/tiny.ts';
import type { PlaneOrder } from '../../../kinds/testing/plane.ts';

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

export const realHost = () => ({ ...swarmHost(), engine: openEngine, copyImage });

export const stackFile = (webCopies: number): string => `version: "3.8"
services:
  web:
    build: .
    command: ["node", "app.mjs"]
    environment: { CALLS: "http://media-api:3000/", TOLD: "for $$5" }
    ports: ["8080:3000"]
    deploy: { replicas: ${webCopies}, restart_policy: { delay: 1s } }
    secrets: [{ source: password, target: /conf/VERSION }]
  media-api:
    build: .
    command: ["node", "app.mjs"]
    expose: ["3000"]
    deploy: { restart_policy: { delay: 1s } }
secrets:
  password: { file: ./secret.txt }
`;

export interface SlotOptions {
  readonly epoch: number;
  readonly release?: string;
  readonly colour?: Colour;
  readonly config?: Partial<Record<keyof SwarmConfig, unknown>>;
}

/** A folder with a stack file, stored releases of it, and an oracle that asks both daemons and HTTP. */
export async function openWorld(swarm: Swarm, file = stackFile(1)) {
  const root = mkdtempSync(join(tmpdir(), 'greenroom-swarm-world-'));
  const project = `shop${randomUUID().slice(0, 8)}`;
  const projectDirectory = join(root, project);
  mkdirSync(projectDirectory);
  writeFileSync(join(projectDirectory, 'secret.txt'), 'hush');
  const strangers: string[] = [];
  const store = async (name: string, text = file) => {
    const source = join(root, `source-${name}`);
    mkdirSync(source);
    cpSync(here('../../compose/testing/app.mjs'), join(source, 'app.mjs'));
    writeFileSync(join(source, 'VERSION'), name);
    writeFileSync(join(source, 'docker-stack.yml'), text.replaceAll('BASE', baseImage()));
    writeFileSync(join(source, 'Dockerfile'), `FROM ${baseImage()}\nWORKDIR /app\nCOPY app.mjs VERSION ./\n`);
    return storeTree(source, [], join(root, 'store'));
  };
  const releases: Record<string, Awaited<ReturnType<typeof store>>> = {
    one: await store('one'),
    two: await store('two'),
  };
  const slot = (options: SlotOptions): SwarmSlot => {
    const release = options.release ?? 'one';
    return {
      ...{ project, environment: 'staging', colour: options.colour ?? 'green', host: '127.0.0.1', projectDirectory },
      config: schema.parse({ socket: swarm.socket, nodes: { [swarm.other]: swarm.otherSocket }, ...options.config }),
      stateDirectory: join(root, 'environments', 'staging'),
      release: { id: `rel_${release}`, revision: release, version: '1.0.0', artifact: releases[release]!.digest },
      artifactDirectory: releases[release]!.directory,
      services: ['web', 'media-api'].map((name) => ({ name, argv: [], variables: {}, stopGraceMs: 3_000 })),
      secrets: [],
      publicPorts: [],
      epoch: options.epoch,
      operation: `${release}.${options.epoch}`,
    };
  };
  /** A service of somebody else that does nothing, on the manager's node; runs when this ends. */
  const idle = async (name: string, labels: readonly string[]): Promise<void> => {
    const place = ['--no-resolve-image', '--endpoint-mode', 'dnsrr', '--constraint', 'node.role==manager'];
    const does = [baseImage(), 'node', '-e', 'setInterval(() => {}, 1000)'];
    swarm.docker(1, 'service', 'create', '--name', name, '-q', '-d', ...place, ...labels, ...does);
    strangers.push(name);
    const isThere = () => swarm.docker(1, 'service', 'ls', '--filter', `name=${name}`, '--format', '{{.Replicas}}');
    await until(`${name} runs`, () => isThere() === '1/1', 60_000);
  };
  const state = `label=greenroom.state=${join(root, 'environments', 'staging')}`;
  const told = (format: string, ...filters: readonly string[]): readonly string[] =>
    ([1, 2] as const).flatMap((node) =>
      lines(swarm.docker(node, 'ps', ...[state, ...filters].flatMap((each) => ['--filter', each]), '--format', format)),
    );
  const madeOf = (colour: Colour): string => join(root, 'environments', 'staging', colour, '.made-services.json');
  const running = (): readonly string[] => told('{{.Label "greenroom.service"}}').toSorted();
  return {
    commandMs: 120_000,
    state: join(root, 'environments', 'staging'),
    idle,
    ...{ root, project, projectDirectory, releases, store, slot, swarm },
    driver: swarmDriver(realHost()),
    running: async () => running(),
    /** The record of how services of a colour were made. */
    made: (colour: Colour = 'green') => Object.keys(JSON.parse(readFileSync(madeOf(colour), 'utf8')) as object),
    forget: (colour: Colour = 'green') => rmSync(madeOf(colour)),
    answering: async (instance: Instance) => String((await ask(instance))['release']),
    /** Kills the container and waits until the manager knows: until then the swarm itself calls it running. */
    killFromOutside: async ({ service }: Instance) => {
      for (const node of [1, 2] as const)
        for (const id of lines(
          swarm.docker(node, 'ps', '-q', '--filter', state, '--filter', `label=greenroom.service=${service}`),
        ))
          swarm.docker(node, 'kill', id);
      const name = `${project}-staging-green_${service}`;
      while (
        !lines(swarm.docker(1, 'service', 'ps', name, '--format', '{{.CurrentState}}')).some((each) =>
          each.startsWith('Failed'),
        )
      )
        await sleep(50);
    },
    /** A service that another Greenroom has labelled alike, where ours was. */
    replaceByStranger: async (of: Slot, service: string) => {
      const ours = lines(
        swarm.docker(1, 'service', 'ls', '-q', '--filter', state, '--filter', `label=greenroom.service=${service}`),
      );
      for (const id of ours) swarm.docker(1, 'service', 'rm', id);
      while (running().includes(service)) await sleep(50);
      const labels = Object.entries({
        ...{ state: `${root}/another/environments/staging`, colour: of.colour, service, environment: of.environment },
        ...{ release: of.release.id, epoch: String(of.epoch), operation: of.operation },
      }).flatMap(([name, value]) => ['--label', `greenroom.${name}=${value}`]);
      const name = `stranger-${randomUUID().slice(0, 8)}`;
      await idle(name, labels);
      return {
        alive: () => swarm.docker(1, 'service', 'ls', '--filter', `name=${name}`, '--format', '{{.Name}}') === name,
      };
    },
    runAndDie: async (of: Slot, change: PlaneOrder['change'], commands: number) => {
      const plane = await endOfPlane(startPlane({ slot: of as SwarmSlot, change, commands }));
      if (plane.signalName !== 'SIGKILL') throw new Error(`the plane was not killed: ${plane.output}`);
    },
    /** What the swarm still has of the colours. */
    left: (kind: 'service' | 'network' | 'secret' | 'config'): readonly string[] =>
      lines(swarm.docker(1, kind, 'ls', '-q', '--filter', state)),
    dispose: async () => {
      const own = lines(swarm.docker(1, 'service', 'ls', '-q', '--filter', state));
      if (own.length + strangers.length > 0) swarm.docker(1, 'service', 'rm', ...own, ...strangers);
      while (running().length > 0) await sleep(50);
      rmSync(root, { recursive: true, force: true });
    },
  };
}
export type World = Awaited<ReturnType<typeof openWorld>>;

/** Carries out a change, command by command. */
export async function carryOut(change: PlaneOrder['change'], slot: SwarmSlot, driver = swarmDriver(realHost())) {
  for (const command of driver.plan(change, slot)) await driver.run(command, slot, AbortSignal.timeout(120_000));
  return driver.observe(slot);
}

export function startPlane(order: PlaneOrder): ChildProcess {
  return spawn(process.execPath, [here('./plane.ts'), JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'inherit'] });
}
