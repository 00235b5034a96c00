import type { ChildProcess } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { ask, endChild, sessionRelease } from '../edge/testing/rig.ts';
import { openHaproxy } from '../haproxy/client.ts';
import { haproxyProgram, machine, Rig } from '../haproxy/testing/rig.ts';
import { maintenanceContract, type MaintenanceHarness } from '../kinds/testing/maintenance-contract.ts';
import { trafficContract } from '../kinds/testing/traffic-contract.ts';
import type { TrafficHandle } from '../kinds/traffic.ts';
import { haproxyTraffic } from './haproxy.ts';

async function openHarness(): Promise<MaintenanceHarness> {
  const rig = await Rig.make();
  const { stateDirectory, services } = rig;
  const apps = new Map<string, ChildProcess>();
  const plug = haproxyTraffic((place) => openHaproxy({ ...place, machine }));
  return {
    open: (others = services) =>
      plug.open({ project: 'p', environment: 'staging', stateDirectory, services: others }, plug.schema.parse({})),
    async app(release) {
      const { port, child } = await rig.app(release);
      apps.set(release, child);
      return (epoch, colour) => rig.target(epoch, colour, port, release);
    },
    async ask(path) {
      try {
        const { status, headers } = await ask({ port: rig.port, path, agent: false });
        return { status, release: headers['x-release'] === undefined ? null : String(headers['x-release']) };
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED') return 'nobody listens';
        throw error;
      }
    },
    async tell(path, headers) {
      const { status, headers: got, text } = await ask({ port: rig.port, path, headers, agent: rig.agent });
      return { status, headers: got, text, release: got['x-release'] === undefined ? null : String(got['x-release']) };
    },
    session: (headers) => sessionRelease(rig.port, headers),
    killApp: (release) => endChild(apps.get(release)!),
    echoPath: '/headers',
    async fetch(path, headers = {}) {
      const answer = await ask({ port: rig.port, path, headers, agent: false });
      return { status: answer.status, headers: answer.headers, text: answer.text };
    },
    pathFor: (status) => `/status?code=${status}`,
    kill: () => rig.kill(),
    dispose: () => rig.close(),
  };
}

describe.skipIf(haproxyProgram() === null)('a real HAProxy (needs haproxy)', () => {
  trafficContract('haproxy', openHarness);
  maintenanceContract('haproxy', openHarness);
});

test('it is given the folder, the addresses of its environment and the program, and nothing else may be configured', () => {
  const opened: unknown[] = [];
  const handle = {} as TrafficHandle;
  const plug = haproxyTraffic((place) => (opened.push(place), handle));
  const services = { web: { host: '127.0.0.1', port: 1 } };
  const place = { project: 'p', environment: 'staging', stateDirectory: '/nowhere', services };
  expect(plug.open(place, { program: '/opt/haproxy' })).toBe(handle);
  expect(opened).toEqual([{ stateDirectory: '/nowhere', services, program: '/opt/haproxy' }]);
  expect(plug.schema.parse({})).toEqual({ program: 'haproxy' });
  expect(plug.schema.safeParse({ port: 80 }).success).toBe(false);
  expect(plug.schema.safeParse({ program: '' }).success).toBe(false);
});
