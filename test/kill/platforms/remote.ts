// What the platforms behind an API have in common: services from the bytes of the release, on a machine that is not Greenroom's.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { AppOf } from '../../../src/drivers/wish/testing/machine.ts';
import { openArtifacts } from '../../../src/effects/artifacts.ts';
import type { Lab } from '../lab.ts';

export const token = { DEPLOY_TOKEN: 'token-of-the-deployer' };

/** Such a platform has its own variables; the marks are for the oracle. */
export const appOf =
  (lab: Lab): AppOf =>
  ({ artifact = '' }) => ({
    directory: openArtifacts(path.join(lab.home, 'artifacts')).directoryOf(artifact),
    argv: ['server.mjs'],
    variables: { KILL_MARK: lab.mark, KILL_LEDGER: lab.ledger, GREENROOM_ENVIRONMENT: 'staging' },
  });

/** Orders that nobody has followed to their end. */
export function openOrders(lab: Lab, kind: string): readonly string[] {
  const file = path.join(lab.home, 'environments/staging', kind, 'orders.json');
  if (!existsSync(file)) return [];
  const orders = JSON.parse(readFileSync(file, 'utf8')) as { end: string | null; doing: string }[];
  return orders.flatMap(({ end, doing }) => (end === null ? [`an order is still open: ${doing}`] : []));
}
