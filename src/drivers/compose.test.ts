import { afterAll, describe, vi } from 'vitest';
import { driverContract, type DriverHarness } from '../kinds/testing/driver-contract.ts';
import { clis, dockerProgram } from './compose/testing/docker.ts';
import { openWorld, removeBase } from './compose/testing/world.ts';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

describe.skipIf(dockerProgram() === null)('on a real daemon (needs docker)', () => {
  afterAll(removeBase);
  for (const cli of clis)
    driverContract(`compose by ${cli.join(' ')}`, async () => (await openWorld({ cli })) as unknown as DriverHarness);
});
