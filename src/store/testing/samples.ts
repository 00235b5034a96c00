import type { Plan } from '../../domain/plan.ts';
import { makePlan, type Standing } from '../../domain/plan.ts';
import type { Project } from '../../domain/project.ts';
import { makeRelease, type Release } from '../../domain/release.ts';
import type { CheckResult } from '../../domain/verdict.ts';
import { sampleProject } from '../../report/testing/project.ts';
import { insertDeployment, findDeployment, type NewDeployment, type StoredDeployment } from '../deployments.ts';
import { sha256 } from '../records.ts';
import type { Store } from '../store.ts';

const nothing: Standing = { releaseId: null, releaseRevision: null, colour: null };

/** A release whose only difference from others is its version. */
export const releaseOf = (project: string, version: string, configuration = 'c'): Release =>
  makeRelease(
    project,
    {
      ...{ version, commit: null, dirty: false, configuration, migrations: null },
      artifacts: { tree: `tree:sha256:${sha256(`${project} ${version}`)}` },
    },
    sha256,
  );

export const projectNamed = (name: string): Project => ({ ...sampleProject, name });

export function planOf(project: Project, environment: string, release: Release, standing = nothing): Plan {
  const found = project.environments.find((each) => each.name === environment)!;
  return makePlan({ project, environment: found, release, standing, purpose: 'deploy' }, sha256);
}

/** A deployment of 1.0.0 to staging that nobody has begun. */
export function newDeploymentOf(project: string, id: string, over: Partial<NewDeployment> = {}): NewDeployment {
  const release = releaseOf(project, '1.0.0');
  return {
    ...{ id, project: projectNamed(project), environment: 'staging', actor: 'ada', at: 1_000 },
    request: { releaseId: release.id, purpose: 'deploy', reason: null, planHash: null },
    plan: planOf(projectNamed(project), 'staging', release),
    ...over,
  };
}

export async function queued(store: Store, project: string, id: string): Promise<StoredDeployment> {
  await insertDeployment(store, newDeploymentOf(project, id));
  return (await store.read((rows) => findDeployment(rows, id)))!;
}

export const resultOf = (name: string, over: Partial<CheckResult> = {}): CheckResult => ({
  ...{ name, phase: 'health', outcome: 'pass', reason: 'good', findings: [], cause: null, next: null },
  ...{ evidence: null, attempts: ['pass'], releaseRevision: 'r', environment: 'staging', beganAt: 1, endedAt: 2 },
  ...over,
});
