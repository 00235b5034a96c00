import { databaseFacts } from '../../domain/migrated-database.ts';
import { makeRelease, type Release } from '../../domain/release.ts';
import { judgeWayBack, type StoredBytes, type WayBackFacts } from '../../domain/way-back.ts';
import { crossingOf, migratedDatabases } from '../migrated-databases.ts';
import { servingRelease, type Site } from '../site.ts';
import { recordStep } from './answer.ts';
import type { StepModule } from './step-task.ts';

/** Whether the release that serves could be brought back: its record and its bytes, hashed again, before anything is changed. */
export const keepWayBack: StepModule = ({ site, step, run }) =>
  run('way-back', async () => {
    const { world, deployment } = site;
    const beganAt = world.clock.now();
    const old = (await servingRelease(site))?.release ?? null;
    const facts: WayBackFacts = {
      environment: site.environment.name,
      old: old?.version ?? deployment.plan.standing.releaseId ?? '',
      record: recordOf(site, old),
      commit: old === null || old.parts.dirty ? null : old.parts.commit,
      bytes: await storedBytes(site, old?.parts.artifacts['tree'] ?? ''),
      databases: await migratedDatabases(world, crossingOf(site), old),
    };
    await world.reach(`${step.name}:inside`);
    const answer = judgeWayBack(facts, step.name);
    const seen = { ...facts, bytes: { ...facts.bytes }, databases: facts.databases.map(databaseFacts) };
    await recordStep(site, step, beganAt, { ...answer, facts: seen });
    if (answer.outcome === 'fail') return { status: 'failed', reason: answer.reason } as const;
    return { status: 'done', facts: { outcome: answer.outcome } } as const;
  });

/** The record names the release by what is in it, so that a changed one is not that which serves. */
function recordOf({ world, project, deployment }: Site, old: Release | null): WayBackFacts['record'] {
  if (old === null) return 'lost';
  const { revision } = makeRelease(project.name, old.parts, world.hash);
  return revision === deployment.plan.standing.releaseRevision ? 'kept' : 'other';
}

async function storedBytes({ world }: Site, expected: string): Promise<StoredBytes> {
  const verified = await world.artifacts.verify(expected);
  if (verified.ok) {
    const { fileCount, sizeBytes } = verified.value;
    return { status: 'whole', digest: expected, fileCount, sizeBytes };
  }
  const reason = verified.failures.map((failure) => `${failure.code} ${failure.message}`).join(' ');
  return { status: 'broken', expected, found: await world.artifacts.measure(expected), reason };
}
