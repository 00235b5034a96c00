import type { Failure } from '../domain/failure.ts';
import { tellsOfFullDisk } from '../host/full-disk.ts';
import { lastLines, type PostgresHome } from './postgres-home.ts';

/** `GR2808`: PostgreSQL ends whenever it is started; why is in its log. */
export function hopeless({ dir, logFile }: PostgresHome, starts: number): Failure {
  const isFull = tellsOfFullDisk(lastLines(logFile, 12));
  const why = isFull ? '; its disk is full (no space left on device, ENOSPC)' : '';
  return {
    code: 'GR2808',
    message: `The embedded PostgreSQL ended ${starts} times right after its start${why}. It said:\n${lastLines(logFile, 5)}`,
    where: logFile,
    do: isFull
      ? `Free space on the disk of ${dir}, then give the command again; "greenroom resume" goes on with a deployment that broke off.`
      : 'Read that log, or set DATABASE_URL to a PostgreSQL of your own.',
  };
}
