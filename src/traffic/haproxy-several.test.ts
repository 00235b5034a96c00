import { describe } from 'vitest';
import { haproxyProgram } from '../haproxy/testing/rig.ts';
import { maintenanceContract } from '../kinds/testing/maintenance-contract.ts';
import { trafficContract } from '../kinds/testing/traffic-contract.ts';
import { openHarness } from './testing/haproxy-harness.ts';

describe.skipIf(haproxyProgram() === null)('several real HAProxys as one (needs haproxy)', () => {
  for (const count of [2, 3]) {
    trafficContract(`${count} haproxys`, () => openHarness(count));
    maintenanceContract(`${count} haproxys`, () => openHarness(count));
  }
});
