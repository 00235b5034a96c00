import { gatherBackup, prepareBackup } from '../checks/backup/gather.ts';
import { judgeBackup, type BackupData } from '../checks/backup/judge.ts';
import type { BackupConfig } from '../checks/backup/schema.ts';
import { backup } from '../checks/backup.ts';
import { verifiedRecord, type VerifiedBackup } from '../domain/backup/verified.ts';
import { fail, FailureError } from '../domain/failure.ts';
import type { CheckSpec, Project } from '../domain/project.ts';
import type { CheckContext, Judgement } from '../kinds/check.ts';
import { appendAlone } from '../store/records.ts';
import { environmentOf } from './plan-deployment.ts';
import { contextOf } from './rehearse-migration.ts';
import type { World } from './world.ts';

export interface BackupWish {
  readonly project: Project;
  readonly environment: string;
  readonly actor: string;
  readonly signal: AbortSignal;
  readonly onProgress: (text: string) => void;
}

export interface VerifiedByHand {
  readonly check: string;
  /** Null: it could not be verified. */
  readonly data: BackupData | null;
  readonly judgement: Judgement;
}

/** What would be restored. */
export interface ReadyBackup {
  readonly check: string;
  readonly database: string;
  readonly backup: string;
  readonly sizeBytes: number;
  readonly takenAt: number;
  /** Host and port of the scratch server. */
  readonly server: string;
  /** Why it cannot be restored, known before anything is; null where it may be. */
  readonly brokenBy: string | null;
}

/** Verifies the newest backup by each check that declares one for the environment. Each is put on record, whatever it comes to. */
export const verifyBackups = (world: World, wish: BackupWish): Promise<readonly VerifiedByHand[]> =>
  eachCheck(world, wish, async (spec, context) => {
    const config = spec.config as BackupConfig;
    try {
      const gathered = await gatherBackup(config, context, wish.signal, wish.onProgress);
      const data = gathered.status === 'measured' ? gathered.data : null;
      const judgement = gathered.status === 'measured' ? judgeBackup(config, gathered.data) : unmeasured(gathered);
      await record(world, wish, spec.name, data, judgement);
      return { check: spec.name, data, judgement };
    } catch (error) {
      if (!(error instanceof FailureError)) throw error;
      const reason = error.failures.map(({ code, message }) => `${code} ${message}`).join(' ');
      await record(world, wish, spec.name, null, { outcome: 'error', reason, findings: [] });
      throw error;
    }
  });

/** Everything that a restore needs is declared and here; nothing is connected. */
export const readyBackups = (world: World, wish: BackupWish): Promise<readonly ReadyBackup[]> =>
  eachCheck(world, wish, async (spec, context) => {
    const ready = await prepareBackup(spec.config as BackupConfig, context, wish.signal);
    return {
      ...{ check: spec.name, database: ready.database, backup: ready.backup.path, sizeBytes: ready.backup.sizeBytes },
      ...{ takenAt: ready.takenAt, server: new URL(ready.server).host },
      brokenBy: ready.form.kind === 'broken' ? ready.form.reason : null,
    };
  });

const unmeasured = ({ reason, next }: { readonly reason: string; readonly next: string }): Judgement => ({
  ...{ outcome: 'error', reason, findings: [], next },
});

async function eachCheck<T>(
  world: World,
  { project, environment: name }: BackupWish,
  work: (spec: CheckSpec, context: CheckContext) => Promise<T>,
): Promise<readonly T[]> {
  const environment = environmentOf(project, name);
  const specs = project.phases
    .flatMap(({ checks }) => checks)
    .filter((spec) => spec.kind === backup.kind && spec.in.includes(name));
  if (specs.length === 0)
    fail({
      code: 'GR5151',
      message: `Nothing says where the backups of ${name} are.`,
      where: 'greenroom.yaml (phases)',
      do: `Declare a check of kind backup that runs in ${name}: see docs/guide/backup.md.`,
    });
  const folder = await world.folders.openRun('backups');
  try {
    const tree = { directory: project.directory, folder, digest: '' };
    const context = await contextOf(world, project, environment, tree);
    const told: T[] = [];
    for (const spec of specs) told.push(await work(spec, context));
    return told;
  } finally {
    await world.folders.remove(folder);
  }
}

function record(
  world: World,
  { project, environment, actor }: BackupWish,
  check: string,
  data: BackupData | null,
  { outcome, reason }: Judgement,
): Promise<void> {
  const line: Omit<VerifiedBackup, 'by' | 'at'> = {
    ...{ environment, check, outcome, reason, database: data?.database ?? null, backup: data?.backup ?? null },
    ...{ sizeBytes: data?.sizeBytes ?? null, takenAt: data?.takenAt ?? null },
    restoreMs: data?.restoreMs ?? null,
    rowCount: data && data.tables.reduce((sum, table) => sum + (table.rowCount ?? 0), 0),
  };
  const operation = world.newId('run');
  return appendAlone(
    world.store,
    { project: project.name, operation, at: world.clock.now() },
    verifiedRecord(actor, line),
  );
}
