import type { CheckContext } from '../../kinds/check.ts';
import { startedAt } from '../backup/tools.ts';

const headBytes = 16;

/** When a backup was taken, by the older of what its archive and its file say: whoever copies or touches a file makes it no newer. `byFileAlone`: nothing else is known, as of plain SQL. */
export async function takenAt(
  context: CheckContext,
  file: string,
  modifiedAt: number,
  signal: AbortSignal,
): Promise<{ readonly at: number; readonly byFileAlone: boolean }> {
  const head = (await context.effects.files.read(file, headBytes))?.text ?? '';
  const isArchive = head.startsWith('PGDMP') || head.startsWith('toc.dat\0');
  const backup = { path: file, name: file, sizeBytes: 0, modifiedAt };
  const form = { kind: 'archive', isParallel: false } as const;
  const told = isArchive ? await startedAt({ context, backup, form }, signal) : null;
  return { at: Math.min(told ?? Infinity, modifiedAt), byFileAlone: told === null };
}
