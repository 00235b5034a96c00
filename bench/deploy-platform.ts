/** Where the app of the benches runs: as processes, as containers of a compose file, or over the nodes of a swarm. */
import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { importBase } from '../src/drivers/compose/testing/docker.ts';
import { openComposeProject } from '../test/rig/compose-project.ts';
import { openSwarm, type Swarm } from '../test/rig/swarm.ts';

export interface DeployPlatform {
  /** Name of the project, where others would meet one of the same name. */
  readonly project?: string;
  driverOf(environment: string): object;
  /** What the proxy is told of the machines that it may send to; absent: one. */
  readonly reach?: { readonly machines: number; readonly check: string };
  /** Files of the release beside those of the sample. */
  write(directory: string, publicPort: number): void;
  close(): void;
}

const root = path.resolve(import.meta.dirname, '..');
export const app = 'fixture-app.ts';
const copyApp = (directory: string): void => cpSync(path.join(import.meta.dirname, app), path.join(directory, app));

/** One service, as a team would write it; RELEASE is for those who start it without Greenroom. */
const composeText = (publicPort: number | string): string => `services:
  web:
    build: .
    command: ["node", "${app}"]
    environment: { PORT: "3000", HOST: "0.0.0.0", RELEASE: }
    ports: ["${publicPort}:3000"]
`;

/** The same on both nodes. */
const stackText = (publicPort: number): string => `${composeText(publicPort)}    deploy: { replicas: 2 }\n`;

/** Everything that an image of the app needs beside its base. */
function writeImageFiles(directory: string, base: string): void {
  copyApp(directory);
  cpSync(path.join(root, 'node_modules/ws'), path.join(directory, 'ws'), { recursive: true });
  const dockerfile = [`FROM ${base}`, 'WORKDIR /app', 'COPY ws node_modules/ws', `COPY ${app} package.json ./`, ''];
  writeFileSync(path.join(directory, 'Dockerfile'), dockerfile.join('\n'));
}

export function writeComposeFiles(directory: string, base: string, publicPort: number): void {
  writeImageFiles(directory, base);
  writeFileSync(path.join(directory, 'docker-compose.yml'), composeText(`127.0.0.1:${publicPort}`));
}

export const processes = (): DeployPlatform => ({
  driverOf: () => ({ kind: 'process' }),
  write: copyApp,
  close: () => undefined,
});

export function compose(): DeployPlatform {
  const { name, base, remove } = openComposeProject();
  return {
    project: name,
    driverOf: (environment) => ({
      kind: 'compose',
      project: environment === 'staging' ? name : `${name}-${environment}`,
    }),
    write: (directory, publicPort) => writeComposeFiles(directory, base, publicPort),
    close: remove,
  };
}

/** Two real daemons of their own, started here and ended with everything on them. */
export function swarm(): DeployPlatform & { readonly rig: Swarm } {
  const rig = openSwarm();
  const base = 'greenroom-bench-base:swarm';
  try {
    importBase(base);
  } catch (error) {
    rig.close();
    throw error;
  }
  return {
    rig,
    driverOf: (environment) => ({
      ...{ kind: 'swarm', stack: environment, socket: rig.socket, nodes: { [rig.other]: rig.otherSocket } },
    }),
    reach: { machines: 2, check: '/' },
    write: (directory, publicPort) => {
      writeImageFiles(directory, base);
      writeFileSync(path.join(directory, 'docker-stack.yml'), stackText(publicPort));
    },
    close: rig.close,
  };
}
