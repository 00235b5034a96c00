import { verifiedKind, verifiedOf, type VerifiedBackup } from '../domain/backup/verified.ts';
import { follows } from '../domain/record.ts';
import type { Project } from '../domain/project.ts';
import { linesOf } from '../store/records.ts';
import type { World } from './world.ts';

/** What is on record of verified backups, the newest first; a line that was changed says nothing. */
export async function readVerifiedBackups(
  { store, hash }: Pick<World, 'store' | 'hash'>,
  project: Project,
): Promise<readonly VerifiedBackup[]> {
  const lines = await store.view((rows) => linesOf(rows, project.name, [verifiedKind]));
  return verifiedOf(lines.filter(({ line, before }) => follows(line, before, hash)).map(({ line }) => line));
}
