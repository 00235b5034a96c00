import { describe, expect, test } from 'vitest';
import { haproxyProgram } from '../haproxy/testing/rig.ts';
import { maintenanceContract } from '../kinds/testing/maintenance-contract.ts';
import { trafficContract } from '../kinds/testing/traffic-contract.ts';
import type { TrafficHandle } from '../kinds/traffic.ts';
import { haproxyTraffic } from './haproxy.ts';
import { openHarness } from './testing/haproxy-harness.ts';

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
  expect(plug.open(place, { program: '/opt/haproxy', proxies: {} })).toBe(handle);
  expect(opened).toEqual([{ stateDirectory: '/nowhere', services, program: '/opt/haproxy', more: [] }]);
  expect(plug.schema.parse({})).toEqual({ program: 'haproxy', proxies: {} });
  expect(plug.schema.safeParse({ port: 80 }).success).toBe(false);
  expect(plug.schema.safeParse({ program: '' }).success).toBe(false);
});

test('each of several listens at an address of its own, with the ports of the environment where it says nothing else', () => {
  const opened: { readonly more: unknown }[] = [];
  const plug = haproxyTraffic((place) => (opened.push(place), {} as TrafficHandle));
  const services = { web: { host: '10.0.0.1', port: 80 }, api: { host: '10.0.0.1', port: 81 } };
  const place = { project: 'p', environment: 'staging', stateDirectory: '/nowhere', services };
  plug.open(place, plug.schema.parse({ proxies: { two: { host: '10.0.0.2' }, three: { ports: { api: 91 } } } }));
  expect(opened[0]!.more).toEqual([
    { name: 'two', services: { web: { host: '10.0.0.2', port: 80 }, api: { host: '10.0.0.2', port: 81 } } },
    { name: 'three', services: { web: { host: '10.0.0.1', port: 80 }, api: { host: '10.0.0.1', port: 91 } } },
  ]);
  for (const wrong of [{ two: {} }, { main: { host: '::1' } }, { '../up': { host: '::1' } }, { two: { port: 1 } }])
    expect(plug.schema.safeParse({ proxies: wrong }).success).toBe(false);
});
