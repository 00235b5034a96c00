import type { ChildProcess } from 'node:child_process';
import { expect, test } from 'vitest';
import { openEdge } from '../edge/client.ts';
import { ask, endChild, freePort, leave, Rig, sessionRelease, stay } from '../edge/testing/rig.ts';
import { maintenanceContract, type MaintenanceHarness } from '../kinds/testing/maintenance-contract.ts';
import { trafficContract } from '../kinds/testing/traffic-contract.ts';
import { edgeTraffic } from './edge.ts';

async function openHarness(): Promise<MaintenanceHarness> {
  const rig = new Rig();
  rig.port = await freePort();
  const services = { web: { host: '127.0.0.1', port: rig.port } };
  const { stateDirectory } = rig;
  const apps = new Map<string, ChildProcess>();
  return {
    open: (others = services) =>
      edgeTraffic(openEdge).open({ project: 'p', environment: 'staging', stateDirectory, services: others }, {}),
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
    leave: (when) => leave(rig.port, when),
    stay: (when) => stay(rig.port, when),
    slowPath: (ms) => `/slow?ms=${ms}`,
    pathFor: (status) => `/status?code=${status}`,
    kill: () => rig.kill(),
    dispose: () => rig.close(),
  };
}

trafficContract('edge', openHarness);
maintenanceContract('edge', openHarness);

test('it is given the folder and the addresses of its environment, and has no configuration', () => {
  const opened: unknown[] = [];
  const plug = edgeTraffic((place) => (opened.push(place), openEdge(place)));
  const services = { web: { host: '127.0.0.1', port: 1 } };
  plug.open({ project: 'p', environment: 'staging', stateDirectory: '/nowhere', services }, {});
  expect(opened).toEqual([{ stateDirectory: '/nowhere', services }]);
  expect(plug.schema.safeParse({}).success).toBe(true);
  expect(plug.schema.safeParse({ port: 80 }).success).toBe(false);
});
