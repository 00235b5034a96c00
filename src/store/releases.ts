import { randomUUID } from 'node:crypto';
import { fail } from '../domain/failure.ts';
import type { Release } from '../domain/release.ts';
import { whyNotAsMade } from '../domain/witness.ts';
import { append, isWritten, makingOf, sha256 } from './records.ts';
import type { Rows, Store } from './store.ts';

/**
 * The same parts again are the same release; nothing is written twice. What somebody changed of it in the database is put back.
 * `isNew`: this call has written it.
 */
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
      const madeAgain = rows
        .updateTable('release')
        .set({ made_at: new Date(at), revision, body: JSON.stringify(release) });
      await madeAgain.where('id', '=', id).execute();
      if ((await whyNotRecorded(rows, project, release)) === null)
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

/** Why the log does not bear a release out; null when it does. */
const whyNotRecorded = async (rows: Rows, project: string, release: Release): Promise<string | null> =>
  whyNotAsMade(project, release, await makingOf(rows, project, release.id), sha256);

/** Whoever lets a release in or starts it, from wherever he has it, asks first. Throws `GR4112` when it is not the one that was made. */
export async function requireAsMade(rows: Rows, project: string, release: Release): Promise<Release> {
  const reason = await whyNotRecorded(rows, project, release);
  if (reason === null) return release;
  return fail({
    code: 'GR4112',
    message: `${release.version} (${release.id}) is not the release that was recorded: ${reason}.`,
    do: 'Find out who changed the database. Then make the release again from its files and prove it from the first environment.',
  });
}

/** As `namedRelease`, for whoever lets it in or starts it. Throws `GR4112` when it is not the one that was made. */
export async function findRelease(rows: Rows, project: string, name: string): Promise<Release | null> {
  const release = await namedRelease(rows, project, name);
  return release && requireAsMade(rows, project, release);
}

/**
 * By id, revision, version, or an unambiguous beginning of the id. As it stands in the table, which anybody may have changed: enough
 * to tell of it, not to start it. Throws `GR4315` where several releases have the version.
 */
export async function namedRelease(rows: Rows, project: string, name: string): Promise<Release | null> {
  const all = await listReleases(rows, project, 10_000);
  const exact = all.find(({ release }) => release.id === name || release.revision === name);
  if (exact) return exact.release;
  const ofVersion = all.filter(({ release }) => release.version === name);
  if (ofVersion.length > 1) failAmbiguous(name, ofVersion);
  if (ofVersion[0]) return ofVersion[0].release;
  const begun = all.filter(
    ({ release }) => name.length >= 4 && (release.id.startsWith(name) || release.id.startsWith(`rel_${name}`)),
  );
  return begun.length === 1 ? begun[0]!.release : null;
}

const mostTold = 10;

function failAmbiguous(version: string, found: readonly ListedRelease[]): never {
  const told = found
    .slice(0, mostTold)
    .map(
      ({ release, createdAt, createdBy }) => `${release.id}, made ${new Date(createdAt).toISOString()} by ${createdBy}`,
    );
  const more = found.length > told.length ? `; and ${found.length - told.length} older ones` : '';
  return fail({
    code: 'GR4315',
    message: `${found.length} releases have the version ${version}: ${told.join('; ')}${more}.`,
    do: `Name one by its id, such as ${found[0]!.release.id}.`,
  });
}
