import type { Lease } from '../../kinds/lease.ts';

/** The lease of a node that nobody contests: for tests of the engine, and not of who may act. */
export const soleNode = (node: string, ttlMs = 60_000): Lease => ({
  ...{ node, ttlMs },
  join: async () => {},
  beat: async () => true,
  reap: async () => {},
  living: async () => [node],
  leave: async () => {},
});
