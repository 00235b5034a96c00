// Containers of a compose file on the daemon of this machine, behind HAProxy; everything that the driver asks goes through a gate.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { docker, lines } from '../../../src/drivers/compose/testing/docker.ts';
import { openComposeProject } from '../../rig/compose-project.ts';
import type { Lab } from '../lab.ts';
import type { SeenService } from '../oracle.ts';
import { openDockerGate } from './docker-gate.ts';
import type { Platform } from './platform.ts';
import { openToll } from './toll.ts';

const services = ['api', 'web'] as const;
const colours = ['blue', 'green'] as const;

export async function compose(lab: Lab): Promise<Platform> {
  const project = openComposeProject(services);
  const toll = openToll();
  const socket = path.join(lab.directory, 'docker.sock');
  const gate = await openDockerGate(socket, toll);
  writeFileSync(path.join(lab.project, 'docker-compose.yml'), fileOf());
  const copied = 'COPY server.mjs package.json ./';
  writeFileSync(path.join(lab.project, 'Dockerfile'), `FROM ${project.base}\nWORKDIR /app\n${copied}\n`);
  const state = `${lab.home}/environments/staging`;
  const running = (): readonly SeenService[] => containersOf(state).filter(({ isRunning }) => isRunning);
  return {
    project: project.name,
    staging: { driver: { kind: 'compose', project: project.name, socket }, traffic: { kind: 'haproxy' } },
    ...{ toll, running, starts: gate.starts },
    leftovers: () =>
      leftovers(
        state,
        project.name,
        running().map(({ colour }) => colour),
      ),
    double: async () => {
      const [one] = containersOf(state);
      const copy = JSON.parse(docker('inspect', '-f', '{{json .Config}}', one!.id)) as Copied;
      const labels = Object.entries(copy.Labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]);
      const id = docker('run', '-d', ...labels, '-e', 'PORT=1', copy.Image, ...copy.Cmd);
      return () => void docker('rm', '-f', id);
    },
    endServices: () => {
      for (const { id } of containersOf(state)) docker('kill', id);
    },
    close: async () => {
      for (const { id } of containersOf(state)) docker('rm', '-f', '-v', id);
      await gate.close();
      project.remove();
    },
  };
}

interface Copied {
  readonly Image: string;
  readonly Cmd: readonly string[];
  readonly Labels: Readonly<Record<string, string>>;
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
    ]),
    '',
  ].join('\n');

interface SeenContainer extends SeenService {
  readonly id: string;
  readonly isRunning: boolean;
}

/** Of Greenroom's, also those that have ended or never began. */
function containersOf(state: string): readonly SeenContainer[] {
  const fields = [
    '{{.ID}}',
    '{{.State}}',
    ...['release', 'colour', 'service'].map((one) => `{{.Label "greenroom.${one}"}}`),
  ];
  const told = docker('ps', '-a', '--filter', `label=greenroom.state=${state}`, '--format', fields.join('|'));
  return lines(told).map((line) => {
    const [id = '', status, release = '', colour = '', program = ''] = line.split('|');
    return { id, isRunning: status === 'running', release, colour, program, pid: 0 };
  });
}

/** Containers that do not run, and networks of a colour in which nothing does. */
function leftovers(state: string, project: string, living: readonly string[]): readonly string[] {
  const ended = containersOf(state).filter(({ isRunning }) => !isRunning);
  const idle = colours.filter((colour) => !living.includes(colour));
  const networks = idle.flatMap((colour) =>
    lines(docker('network', 'ls', '--filter', `name=${project}-staging-${colour}`, '--format', '{{.Name}}')),
  );
  return [
    ...ended.map(({ program, release, colour }) => `a container of ${program} of ${release} in ${colour}`),
    ...networks.map((name) => `the network ${name}`),
  ];
}
