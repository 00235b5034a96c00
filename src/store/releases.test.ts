import { expect, test } from 'vitest';
import { recordsOf } from './records.ts';
import { findRelease, listReleases, namedRelease, saveRelease } from './releases.ts';
import type { RowsInTransaction } from './store.ts';
import { testDatabase } from './testing/database.ts';
import { releaseOf } from './testing/samples.ts';

const database = testDatabase();
const find = (project: string, name: string) => database.store().read((rows) => namedRelease(rows, project, name));

/** Ids chosen, so that beginnings can be ambiguous. */
const named = (project: string, id: string, version: string) => ({ ...releaseOf(project, version), id });

test('a release is found by id, revision, version and an unambiguous beginning of its id', async () => {
  const store = database.store();
  const releases = [named('p', 'rel_aaaa11112222', '1.0.0'), named('p', 'rel_aaaabbbb3333', '1.1.0')];
  for (const [index, each] of releases.entries()) await saveRelease(store, each, 'ada', index);
  for (const each of releases) {
    expect(await find('p', each.id)).toEqual(each);
    expect(await find('p', each.revision)).toEqual(each);
    expect(await find('p', each.version)).toEqual(each);
  }
  expect(await find('p', 'rel_aaaa1')).toEqual(releases[0]);
  expect(await find('p', 'aaaab')).toEqual(releases[1]);
  for (const ambiguous of ['rel_aaaa', 'aaaa', 'rel_', 'rel']) expect(await find('p', ambiguous)).toBeNull();
  for (const nothing of ['', 'aaa', '9.9.9', 'rel_bbbb']) expect(await find('p', nothing)).toBeNull();
  expect(await find('another', '1.0.0')).toBeNull();
});

test('a version used twice names none of its releases, and says which there are; an exact id wins over a version of that name', async () => {
  const store = database.store();
  const old = named('twice', 'rel_000000000001', '2.0.0');
  const fresh = { ...named('twice', 'rel_000000000002', '2.0.0'), revision: 'another' };
  const odd = { ...named('twice', 'rel_000000000003', old.id), revision: 'odd' };
  for (const [index, each] of [old, fresh, odd].entries()) await saveRelease(store, each, 'ada', index * 1_000);
  const said = `${fresh.id}, made 1970-01-01T00:00:01.000Z by ada; ${old.id}, made 1970-01-01T00:00:00.000Z by ada.`;
  await expect(find('twice', '2.0.0')).rejects.toThrow(`GR4315 2 releases have the version 2.0.0: ${said}`);
  expect(await find('twice', fresh.id)).toEqual(fresh);
  expect(await find('twice', old.id)).toEqual(old);
  const listed = await store.read((rows) => listReleases(rows, 'twice', 2));
  expect(listed.map((each) => each.release.id)).toEqual([odd.id, fresh.id]);
});

test('the same release again, also twice at once, is written and recorded once', async () => {
  const store = database.store();
  const release = releaseOf('once', '1.0.0');
  const saved = await Promise.all(Array.from({ length: 8 }, () => saveRelease(store, release, 'ada', 1)));
  expect(saved.filter((each) => each.isNew)).toHaveLength(1);
  const records = await store.read((rows) => recordsOf(rows, 'once'));
  expect(records.map((each) => [each.kind, each.data['revision']])).toEqual([['release-created', release.revision]]);
});

const bends: readonly (readonly [string, (rows: RowsInTransaction, project: string) => Promise<unknown>])[] = [
  [
    'its parts',
    (rows, project) => {
      const [release, other] = [releaseOf(project, '1.0.0'), releaseOf(project, 'other')];
      const body = { ...release, parts: { ...release.parts, artifacts: other.parts.artifacts } };
      return rows
        .updateTable('release')
        .set({ body: JSON.stringify(body) })
        .where('id', '=', release.id)
        .execute();
    },
  ],
  [
    'its line in the log',
    (rows, project) => rows.updateTable('record').set({ actor: 'eve' }).where('project', '=', project).execute(),
  ],
  [
    'the line of its making, which is gone',
    (rows, project) => rows.deleteFrom('record').where('project', '=', project).execute(),
  ],
];

test.each(bends)('a release is not taken when somebody changed %s, until it is made again', async (what, bend) => {
  const store = database.store();
  const project = `bent ${what}`;
  const release = releaseOf(project, '1.0.0');
  const taken = () => store.read((rows) => findRelease(rows, project, release.id));
  await saveRelease(store, release, 'ada', 1);
  expect(await taken()).toEqual(release);
  await store.change((rows) => bend(rows, project));
  await expect(taken()).rejects.toThrow(/GR4112 1\.0\.0/);
  await saveRelease(store, release, 'ada', 2);
  expect(await taken()).toEqual(release);
});
