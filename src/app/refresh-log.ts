// A refresh on record: who, when, from where to where, by which rules, and what came of it.
import { FailureError } from '../domain/failure.ts';
import {
  refreshBegan,
  refreshDone,
  refreshesOf,
  refreshFailed,
  refreshKinds,
  type RefreshAccount,
  type RefreshEnds,
  type RefreshMade,
} from '../domain/refresh/refreshes.ts';
import { follows } from '../domain/record.ts';
import type { Project } from '../domain/project.ts';
import { seedingsOf, seedKinds } from '../domain/seed/seedings.ts';
import type { RefreshLog } from '../kinds/refreshes.ts';
import { append, appendAlone, isWritten, linesOf } from '../store/records.ts';
import type { RowsInTransaction } from '../store/store.ts';
import type { RefreshWish } from './refresh-environment.ts';
import type { World } from './world.ts';

/** The lines of one attempt. Nothing is written of a dry run. */
export function refreshLog(world: World, wish: Pick<RefreshWish, 'project' | 'environment' | 'actor' | 'isDryRun'>) {
  const { environment, actor, isDryRun } = wish;
  const project = wish.project.name;
  const run = world.newId('run');
  const attempt = { run, environment, actor };
  let ends: RefreshEnds | null = null;
  const write = (stage: string, body: Parameters<typeof appendAlone>[2]) =>
    appendAlone(world.store, { project, operation: `${run}/${stage}`, at: world.clock.now() }, body);
  return {
    async began(found: RefreshEnds): Promise<void> {
      ends = found;
      if (!isDryRun) await write('began', refreshBegan(attempt, found));
    },
    /** In the transaction that holds the environment while the names change. */
    async done(rows: RowsInTransaction, made: RefreshMade): Promise<void> {
      const operation = `${run}/done`;
      if (await isWritten(rows, project, operation)) return;
      const { dataFromAt, identity, tables, proof } = made;
      const told = proof && {
        ...{ originalCount: proof.originalCount, textCount: proof.textCount },
        coincidenceCount: proof.coincidenceCount,
      };
      const body = refreshDone(attempt, ends!, { dataFromAt, identity, tables, proof: told });
      await append(rows, project, null, [body], world.clock.now(), operation);
    },
    async failed(error: unknown): Promise<void> {
      if (!isDryRun) await write('failed', refreshFailed(attempt, ends, failuresOf(error)));
    },
  };
}

/** A defect is told by its code alone: what else it says is nobody's sentence. */
export function failuresOf(error: unknown): RefreshAccount['failures'] {
  if (error instanceof FailureError) return error.failures;
  if (error instanceof Error && error.name === 'AbortError')
    return [{ code: 'GR5150', message: 'It was cut off by whoever began it.' }];
  return [{ code: 'GR9001', message: 'Greenroom broke.' }];
}

/** Refreshes and seedings of a project, the newest first, and the first of their lines that does not follow from the one before it. */
export async function readRefreshes(world: Pick<World, 'store' | 'hash'>, project: Project): Promise<RefreshLog> {
  const lines = await world.store.view((rows) => linesOf(rows, project.name, [...refreshKinds, ...seedKinds]));
  const bent = lines.find(({ line, before }) => !follows(line, before, world.hash));
  const log = lines.map(({ line }) => line);
  return { accounts: refreshesOf(log), seedings: seedingsOf(log), bentAt: bent?.line.sequence ?? null };
}
