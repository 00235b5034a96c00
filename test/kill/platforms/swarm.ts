// Services of a stack file over the two nodes of a real swarm, behind HAProxy; everything that the driver asks of either daemon goes through a gate.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { importBase, lines } from '../../../src/drivers/compose/testing/docker.ts';
import { openSwarm, type Swarm } from '../../rig/swarm.ts';
import type { Lab } from '../lab.ts';
import type { SeenService } from '../oracle.ts';
import { openDockerGate } from './docker-gate.ts';
import type { Platform } from './platform.ts';
import { openToll } from './toll.ts';

const services = ['api', 'web'] as const;
const copies = 2;
const base = 'greenroom-test-base:swarm';
const project = 'killable';

export async function swarm(lab: Lab): Promise<Platform> {
  const rig = openSwarm();
  const toll = openToll();
  try {
    importBase(base);
    const [socket, otherSocket] = ['manager.sock', 'other.sock'].map((name) => path.join(lab.directory, name)) as [
      string,
      string,
    ];
    const gates = await Promise.all([
      openDockerGate(socket, toll, rig.socket),
      openDockerGate(otherSocket, toll, rig.otherSocket),
    ]);
    writeFileSync(path.join(lab.project, 'docker-stack.yml'), fileOf());
    const copied = 'COPY server.mjs package.json ./';
    writeFileSync(path.join(lab.project, 'Dockerfile'), `FROM ${base}\nWORKDIR /app\n${copied}\n`);
    const state = `${lab.home}/environments/staging`;
    return {
      project,
      staging: {
        driver: { kind: 'swarm', stack: project, socket, nodes: { [rig.other]: otherSocket } },
        traffic: { kind: 'haproxy', machines: copies },
      },
      ...{ toll, starts: gates[0]!.starts, running: () => running(rig, state) },
      leftovers: () => leftovers(rig, state),
      double: () => double(rig, state),
      endServices: () => void rig.docker(1, 'service', 'rm', ...made(rig, 'service', state).map(({ id }) => id)),
      close: async () => {
        for (const gate of gates) await gate.close();
        rig.close();
      },
    };
  } catch (error) {
    rig.close();
    throw error;
  }
}

const fileOf = (): string =>
  [
    'services:',
    ...services.flatMap((name, index) => [
      `  ${name}:`,
      '    build: .',
      '    command: ["node", "server.mjs"]',
      `    environment: { PORT: "${4101 + index}", HOST: "0.0.0.0" }`,
      `    ports: ["${4101 + index}:${4101 + index}"]`,
      '    secrets: [note]',
      `    deploy: { replicas: ${copies} }`,
    ]),
    // Another one in each release.
    'secrets: { note: { file: ./package.json } }',
    '',
  ].join('\n');

const fields = ['release', 'colour', 'service'].map((one) => `{{.Label "greenroom.${one}"}}`);

/** A service is one where each node has a copy of it; one with more or fewer is told more than once. */
function running(rig: Swarm, state: string): readonly SeenService[] {
  const filter = ['--filter', `label=greenroom.state=${state}`, '--format', fields.join('|')];
  const seen = ([1, 2] as const).flatMap((node) => [...new Set(lines(rig.docker(node, 'ps', ...filter)))]);
  const all = ([1, 2] as const).flatMap((node) => lines(rig.docker(node, 'ps', ...filter)));
  return [...new Set(all)].flatMap((line) => {
    const [release = '', colour = '', program = ''] = line.split('|');
    const count = all.filter((each) => each === line).length;
    const isSpread = seen.filter((each) => each === line).length === copies && count === copies;
    const one = { pid: 0, release, colour, program: isSpread ? program : `${program}, ${count} copies` };
    return isSpread ? [one] : [one, one];
  });
}

interface Made {
  readonly id: string;
  readonly name: string;
}

/** Of Greenroom's, as the manager tells it. */
function made(rig: Swarm, kind: 'service' | 'network' | 'secret', state: string): readonly Made[] {
  const told = rig.docker(1, kind, 'ls', '--filter', `label=greenroom.state=${state}`, '--format', '{{.ID}}|{{.Name}}');
  return lines(told).map((line) => ({ id: line.split('|')[0]!, name: line.split('|')[1]! }));
}

/** Whatever stands for a colour that has no copies. */
function leftovers(rig: Swarm, state: string): readonly string[] {
  const living = new Set(running(rig, state).map(({ colour }) => `${project}-staging-${colour}_`));
  return (['service', 'network', 'secret'] as const).flatMap((kind) =>
    made(rig, kind, state)
      .filter(({ name }) => ![...living].some((prefix) => name.startsWith(prefix)))
      .map(({ name }) => `the ${kind} ${name}`),
  );
}

/** A service of the same labels, on the manager's node. */
async function double(rig: Swarm, state: string): Promise<() => void> {
  interface Told {
    readonly Spec: {
      readonly Labels: Readonly<Record<string, string>>;
      readonly TaskTemplate: { readonly ContainerSpec: { readonly Image: string } };
    };
  }
  const [first] = made(rig, 'service', state);
  const [{ Spec: spec }] = JSON.parse(rig.docker(1, 'service', 'inspect', first!.id)) as [Told];
  const labels = Object.entries(spec.Labels).flatMap(([name, value]) =>
    ['--label', '--container-label'].flatMap((flag) => [flag, `${name}=${value}`]),
  );
  const argv = ['--no-resolve-image', '--endpoint-mode', 'dnsrr', '--constraint', 'node.role==manager', '-e', 'PORT=1'];
  const before = running(rig, state).length;
  const { Image: image } = spec.TaskTemplate.ContainerSpec;
  const id = rig.docker(1, 'service', 'create', '-q', '-d', ...argv, ...labels, image, 'node', 'server.mjs');
  for (let tried = 0; tried < 300 && running(rig, state).length === before; tried += 1) await sleep(100);
  return () => void rig.docker(1, 'service', 'rm', id);
}
