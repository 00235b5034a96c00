import { nameOf } from '../domain/deployment-name.ts';
import { brokenOf, type ChainedRecord } from '../domain/record.ts';
import type { Testimony } from '../domain/witness.ts';
import { findDeployment } from '../store/deployments.ts';
import { wholeLog } from '../store/records.ts';
import type { World } from './world.ts';

/** The log of a project, and what it has to say of each deployment. */
export interface HeardLog {
  readonly log: readonly ChainedRecord[];
  testimonyOf(deployment: string): Testimony;
}

export async function hearLog({ store, hash }: World, project: string): Promise<HeardLog> {
  const { log, ownOf, deploymentOf } = await store.read((rows) => wholeLog(rows, project));
  const lastBroken = brokenOf(log, hash).at(-1) ?? 0;
  const id = deploymentOf(lastBroken);
  const broken = id === null ? null : await store.read((rows) => findDeployment(rows, id));
  const brokenIn = broken && nameOf(broken);
  return { log, testimonyOf: (deployment) => ({ lastBroken, brokenIn, own: ownOf(deployment) }) };
}
