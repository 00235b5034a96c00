// Two HAProxys that are pointed as one; users come by both.
import { freePorts } from '../../../src/edge/testing/free-ports.ts';
import type { Platform } from './platform.ts';

export async function haproxies(): Promise<Platform> {
  const [api = 0, web = 0] = await freePorts(2);
  const traffic = { kind: 'haproxy', proxies: { second: { ports: { api, web } } } };
  return { staging: { driver: { kind: 'process' }, traffic }, proxies: { second: [api, web] } };
}
