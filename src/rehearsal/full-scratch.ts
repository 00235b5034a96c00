// A scratch server without room: what it answers then says nothing of the migration, and is no defect.
import pg from 'pg';
import { fail } from '../domain/failure.ts';

/** disk_full. */
const diskFull = '53100';

export const isFull = (error: unknown): boolean => error instanceof pg.DatabaseError && error.code === diskFull;

/** Throws `GR5120` where one of the SQLSTATEs says that there is no room. */
export function refuseFull(met: readonly string[]): void {
  if (!met.includes(diskFull)) return;
  fail({
    code: 'GR5120',
    message: 'The disk of the scratch server is full (SQLSTATE 53100), so nothing was measured.',
    where: 'server of the check migration-rehearsal',
    do: 'Free space there: it holds the copy, one clone of it at a time, and what the migration writes anew. See that production has that room, too.',
  });
}

/** What it answers with goes on as `GR5120` where it says so. */
export async function inRoom<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (isFull(error)) refuseFull([diskFull]);
    throw error;
  }
}
