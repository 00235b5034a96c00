import path from 'node:path';
import { fail } from '../../domain/failure.ts';
import type { CheckContext } from '../../kinds/check.ts';
import { where, type FoundBackup } from './find.ts';

/** What pg_dump wrote. `broken`: it is one, and is known to be no whole one before anything is restored. */
export type BackupForm =
  | { readonly kind: 'archive'; readonly isParallel: boolean }
  | {
      readonly kind: 'plain';
      /** Lines by which the dump guards itself against its own rows. */ readonly guards: readonly string[];
    }
  | { readonly kind: 'broken'; readonly reason: string };

const headBytes = 4096;

/** Throws `GR5157` for what pg_dump did not write, or cannot be restored into one database. */
export async function formOf(effects: CheckContext['effects'], backup: FoundBackup): Promise<BackupForm> {
  if (backup.sizeBytes === 0) return { kind: 'broken', reason: 'it is empty' };
  const isFolder = (await effects.files.look(backup.path))?.kind === 'folder';
  if (isFolder) {
    const contents = await effects.files.look(path.join(backup.path, 'toc.dat'));
    return contents === null ? { kind: 'broken', reason: 'it has no toc.dat' } : { kind: 'archive', isParallel: true };
  }
  const head = (await effects.files.read(backup.path, headBytes))?.text ?? '';
  if (head.startsWith('PGDMP')) return { kind: 'archive', isParallel: true };
  // Of tar.
  if (head.startsWith('toc.dat\0')) return { kind: 'archive', isParallel: false };
  if ('PGDMP'.startsWith(head)) return { kind: 'broken', reason: 'it is cut off in its first bytes' };
  if (/^--\r?\n-- PostgreSQL database dump\r?\n/.test(head)) return plain(effects, backup, head);
  return fail({
    code: 'GR5157',
    message: /-- PostgreSQL database cluster dump/.test(head)
      ? `${backup.name} is of a whole server (pg_dumpall), and only backups of one database are verified.`
      : `${backup.name} is nothing that pg_dump writes.`,
    where: `${where} (from)`,
    do: 'Write it with pg_dump --format=custom (or directory, tar, plain), and do not compress it again.',
  });
}

async function plain(effects: CheckContext['effects'], backup: FoundBackup, head: string): Promise<BackupForm> {
  const tail = (await effects.files.read(backup.path, headBytes, 'end'))?.text ?? '';
  const key = /^\\restrict ([A-Za-z0-9]+)\r?$/m.exec(head)?.[1];
  const isGuardOver = key === undefined || new RegExp(`^\\\\unrestrict ${key}\r?$`, 'm').test(tail);
  if (!/^-- PostgreSQL database dump complete\s*$/m.test(tail) || !isGuardOver)
    return { kind: 'broken', reason: 'it is cut off: its last lines are missing' };
  return { kind: 'plain', guards: key === undefined ? [] : [`\\restrict ${key}`, `\\unrestrict ${key}`] };
}
