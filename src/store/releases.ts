import { randomUUID } from 'node:crypto';
import type { Release } from '../domain/release.ts';
import { append, isWritten } from './records.ts';
import type { Rows, Store } from './store.ts';

/** The same parts again are the same release; nothing is written twice. `isNew`: this call has written it. */
export async function saveRelease(
  store: Store,
  release: Release,
  by: string,
  at: number,
): Promise<{ readonly isNew: boolean }> {
  const operation = randomUUID();
  return store.change(async (rows) => {
    const { id, project, revision } = release;
    const inserted = await rows
      .insertInto('release')
      .values({
        ...{ id, project, revision, body: JSON.stringify(release), created_by: by },
        ...{ created_at: new Date(at), made_at: new Date(at) },
      })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    if ((inserted.numInsertedOrUpdatedRows ?? 0n) === 0n) {
      const madeAgain = rows.updateTable('release').set({ made_at: new Date(at) });
      await madeAgain.where('id', '=', id).execute();
      return { isNew: await isWritten(rows, project, operation) };
    }
    const { version, commit, dirty, artifacts, configuration, migrations } = release.parts;
    const data = { id, revision, version, commit, dirty, artifacts, configuration, migrations };
    await append(rows, project, null, [{ kind: 'release-created', actor: by, data }], at, operation);
    return { isNew: true };
  });
}

export interface ListedRelease {
  readonly release: Release;
  readonly createdAt: number;
  readonly createdBy: string;
}

/** Newest first. */
export async function listReleases(rows: Rows, project: string, limit = 100): Promise<readonly ListedRelease[]> {
  const found = await rows
    .selectFrom('release')
    .selectAll()
    .where('project', '=', project)
    .orderBy('created_at', 'desc')
    .limit(limit)
    .execute();
  return found.map((row) => ({ release: row.body, createdAt: row.created_at.getTime(), createdBy: row.created_by }));
}

/** Those whose bytes were asked for last, by making them or making them again; the latest first. */
export async function latestMade(rows: Rows, project: string, limit: number): Promise<readonly Release[]> {
  const found = await rows
    .selectFrom('release')
    .select('body')
    .where('project', '=', project)
    .orderBy('made_at', 'desc')
    .limit(limit)
    .execute();
  return found.map((row) => row.body);
}

/** By id, revision, version, or an unambiguous beginning of the id; the newest where a version was used twice. */
export async function findRelease(rows: Rows, project: string, name: string): Promise<Release | null> {
  const all = await listReleases(rows, project, 10_000);
  const exact =
    all.find(({ release }) => release.id === name || release.revision === name) ??
    all.find(({ release }) => release.version === name);
  if (exact) return exact.release;
  const begun = all.filter(
    ({ release }) => name.length >= 4 && (release.id.startsWith(name) || release.id.startsWith(`rel_${name}`)),
  );
  return begun.length === 1 ? begun[0]!.release : null;
}
