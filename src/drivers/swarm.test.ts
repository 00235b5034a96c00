import { afterAll, beforeAll, describe, vi } from 'vitest';
import { noSwarm, openSwarm, type Swarm } from '../../test/rig/swarm.ts';
import { driverContract, type DriverHarness } from '../kinds/testing/driver-contract.ts';
import { openWorld } from './swarm/testing/world.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

describe.skipIf(noSwarm() !== null)('on two real nodes (needs root, docker)', () => {
  let swarm: Swarm;
  beforeAll(() => {
    swarm = openSwarm();
  });
  afterAll(() => swarm.close());
  driverContract('swarm', async () => (await openWorld(swarm)) as unknown as DriverHarness);
});
