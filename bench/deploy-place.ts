/** A small project around the app of the benches, brought from release to release by the command line: by processes or by containers. */
import { cpSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openComposeProject, type ComposeProject } from '../test/rig/compose-project.ts';
import { samples, Playground } from '../test/rig/playground.ts';
import { Tiny } from '../test/rig/tiny.ts';
import { openEdge } from '../src/edge/client.ts';
import { openHaproxy } from '../src/haproxy/client.ts';
import { haproxyProgram, machine } from '../src/haproxy/testing/rig.ts';
import { dockerProgram } from '../src/drivers/compose/testing/docker.ts';

const tools = { docker: dockerProgram, haproxy: haproxyProgram };
export type Tool = keyof typeof tools;
export const missingTools = (needs: readonly Tool[]): readonly Tool[] => needs.filter((tool) => tools[tool]() === null);

export interface Way {
  readonly driver: 'process' | 'compose';
  readonly traffic: 'edge' | 'haproxy';
}

export interface DeployPlace {
  readonly way: Way;
  readonly tiny: Tiny;
  /** Of staging. */
  readonly port: number;
  /** What the environments say beside their way; replaces what was said so before. */
  overlay(staging?: object, production?: object): void;
  /** Where the colour that serves really listens. Throws when nothing serves. */
  directPort(): Promise<number>;
  close(): Promise<void>;
}

const root = path.resolve(import.meta.dirname, '..');
const app = 'fixture-app.ts';

/** One service, as a team would write it; RELEASE is for those who start it without Greenroom. */
export const composeText = (publicPort: number): string => `services:
  web:
    build: .
    command: ["node", "${app}"]
    environment: { PORT: "3000", HOST: "0.0.0.0", RELEASE: }
    ports: ["127.0.0.1:${publicPort}:3000"]
`;

/** Everything that an image of the app needs beside its base. */
export function writeContainerFiles(directory: string, base: string, publicPort: number): void {
  cpSync(path.join(import.meta.dirname, app), path.join(directory, app));
  cpSync(path.join(root, 'node_modules/ws'), path.join(directory, 'ws'), { recursive: true });
  writeFileSync(path.join(directory, 'docker-compose.yml'), composeText(publicPort));
  const dockerfile = [`FROM ${base}`, 'WORKDIR /app', 'COPY ws node_modules/ws', `COPY ${app} package.json ./`, ''];
  writeFileSync(path.join(directory, 'Dockerfile'), dockerfile.join('\n'));
}

export async function openPlace(way: Way): Promise<DeployPlace> {
  const compose = way.driver === 'compose' ? openComposeProject() : null;
  const tiny = new Tiny(await Playground.open(samples.tiny));
  const port = tiny.port();
  const overlay = (staging: object = {}, production: object = {}): void =>
    tiny.overlay(projectText(way, compose, { staging, production }));
  if (compose) writeContainerFiles(tiny.play.directory, compose.base, port);
  else cpSync(path.join(import.meta.dirname, app), tiny.play.file(app));
  overlay();
  return {
    ...{ way, tiny, port, overlay },
    directPort: async () => {
      const stateDirectory = `${tiny.play.home}/environments/staging/edge`;
      const options = { stateDirectory, services: { web: { host: '127.0.0.1', port } } };
      const proxy =
        way.traffic === 'edge' ? openEdge(options) : openHaproxy({ ...options, program: 'haproxy', machine });
      const target = (await proxy.current())?.services['web'];
      if (!target) throw new Error('nothing serves');
      return target.port;
    },
    close: async () => {
      await tiny.close();
      compose?.remove();
    },
  };
}

function projectText({ driver, traffic }: Way, compose: ComposeProject | null, said: Readonly<Record<string, object>>) {
  const environments = Object.entries(said).map(([name, more]) => {
    const project = name === 'staging' ? compose?.name : `${compose?.name}-${name}`;
    return [name, { traffic, driver: driver === 'compose' ? { kind: driver, project } : { kind: driver }, ...more }];
  });
  return {
    ...(compose && { project: compose.name }),
    services: { web: { run: `node ${app}`, health: { path: '/', release: 'header x-release', within: '1s' } } },
    environments: Object.fromEntries(environments),
  };
}
