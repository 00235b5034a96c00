/** A small project around the app of the benches, brought from release to release by the command line: wherever it runs. */
import { openEdge } from '../src/edge/client.ts';
import { openHaproxy } from '../src/haproxy/client.ts';
import { machine } from '../src/haproxy/testing/rig.ts';
import type { Place } from '../src/kinds/traffic.ts';
import { samples, Playground } from '../test/rig/playground.ts';
import { Tiny } from '../test/rig/tiny.ts';
import { app, type DeployPlatform } from './deploy-platform.ts';

export interface Way {
  readonly platform: () => DeployPlatform;
  readonly traffic: 'edge' | 'haproxy';
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface DeployPlace {
  readonly traffic: Way['traffic'];
  readonly tiny: Tiny;
  /** Of staging. */
  readonly port: number;
  /** What the environments say beside their way; replaces what was said so before. */
  overlay(staging?: object, production?: object): void;
  /** Where the copies of the colour that serves really listen. Throws when nothing serves. */
  direct(): Promise<readonly Address[]>;
  close(): Promise<void>;
}

export async function openPlace({ platform: open, traffic }: Way): Promise<DeployPlace> {
  const platform = open();
  const tiny = new Tiny(await Playground.open(samples.tiny));
  const port = tiny.port();
  const overlay = (staging: object = {}, production: object = {}): void =>
    tiny.overlay(projectText(platform, traffic, { staging, production }));
  platform.write(tiny.play.directory, port);
  overlay();
  return {
    ...{ traffic, tiny, port, overlay },
    direct: async () => {
      const place = await serving(`${tiny.play.home}/environments/staging/edge`, traffic, port, platform.reach);
      return [place.host, ...(place.also ?? [])].map((host) => ({ host, port: place.port }));
    },
    close: async () => {
      await tiny.close();
      platform.close();
    },
  };
}

async function serving(
  stateDirectory: string,
  traffic: Way['traffic'],
  port: number,
  reach: DeployPlatform['reach'],
): Promise<Place> {
  const options = { stateDirectory, services: { web: { host: '127.0.0.1', port } } };
  const proxy =
    traffic === 'edge' ? openEdge(options) : openHaproxy({ ...options, program: 'haproxy', machine, reach });
  const target = (await proxy.current())?.services['web'];
  if (!target) throw new Error('nothing serves');
  return target;
}

function projectText(
  { project, driverOf, reach }: DeployPlatform,
  kind: Way['traffic'],
  said: Readonly<Record<string, object>>,
) {
  const traffic = reach ? { kind, ...reach } : kind;
  const environments = Object.entries(said).map(([name, more]) => [name, { traffic, driver: driverOf(name), ...more }]);
  return {
    ...(project !== undefined && { project }),
    services: { web: { run: `node ${app}`, health: { path: '/', release: 'header x-release', within: '1s' } } },
    environments: Object.fromEntries(environments),
  };
}
