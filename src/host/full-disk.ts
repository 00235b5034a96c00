import type { Failure } from '../domain/failure.ts';

type Kind = 'full' | 'quota' | 'read-only' | 'postgres';

const kinds: Readonly<Record<string, Kind>> = {
  ENOSPC: 'full',
  EDQUOT: 'quota',
  EROFS: 'read-only',
  '53100': 'postgres', // disk_full of PostgreSQL
};
const deepest = 5;

/**
 * `GR2820`, where an error or one that it stands for says that nothing can be written any more; null for every other. That is
 * no defect: room is made, and the command given again.
 */
export function diskFailure(error: unknown, depth = 0): Failure | null {
  if (!(error instanceof Error) || depth > deepest) return null;
  const { code, path: source, dest } = error as NodeJS.ErrnoException & { readonly dest?: string };
  const path = dest ?? source; // of a copy, the place that it was to have
  const written = code ?? /^(ENOSPC|EDQUOT|EROFS):/.exec(error.message)?.[1];
  const kind = written !== undefined && Object.hasOwn(kinds, written) ? kinds[written]! : null;
  if (kind === null) {
    const others = error instanceof AggregateError ? (error.errors as unknown[]) : [];
    return [error.cause, ...others].map((one) => diskFailure(one, depth + 1)).find((one) => one !== null) ?? null;
  }
  const { happened, remedy } = words[kind];
  const what = path === undefined ? error.message.split('\n')[0]! : `${path} could not be written`;
  return {
    code: 'GR2820',
    message: `${happened}: ${what}. What serves goes on serving.`,
    ...(path !== undefined && { where: path }),
    do: `${remedy}, then give the command again; "greenroom resume" goes on with a deployment that broke off.`,
  };
}

const words: Readonly<Record<Kind, { readonly happened: string; readonly remedy: string }>> = {
  full: { happened: 'The disk is full', remedy: 'Free space on it' },
  quota: { happened: 'The disk quota of this user is used up', remedy: 'Free space, or have the quota raised' },
  'read-only': { happened: 'The disk can only be read', remedy: 'Have it mounted for writing' },
  postgres: { happened: 'The disk of PostgreSQL is full', remedy: 'Free space on it' },
};

/** What a log of PostgreSQL says when its disk takes nothing more. */
export const tellsOfFullDisk = (log: string): boolean => /No space left on device|Disk quota exceeded/.test(log);

/** An error of the system often names no file, or a temporary one: this is the file that was meant. */
export function about(path: string, error: unknown): unknown {
  return error instanceof Error ? Object.assign(error, { path }) : error;
}
