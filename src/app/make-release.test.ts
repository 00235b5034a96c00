import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openArtifacts } from '../effects/artifacts.ts';
import { findRelease } from '../store/releases.ts';
import { recordsOf } from '../store/records.ts';
import { testDatabase } from '../store/testing/database.ts';
import { keepReleases } from './keep-releases.ts';
import { createRelease, type SourceFacts } from './make-release.ts';
import { openTestWorld, type TestWorld } from './testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
let source = '';
let store = '';
beforeEach(async () => {
  world = await openTestWorld(database.store(), `made${(count += 1)}`);
  [source, store] = [path.join(world.home, 'source'), path.join(world.home, 'trees')];
  mkdirSync(source);
  write('first');
  Object.assign(world, { artifacts: openArtifacts(store) });
});
afterEach(() => world.close());

const write = (text: string) => writeFileSync(path.join(source, 'server.js'), text);
const facts: SourceFacts = { commit: 'c0ffee', dirty: false, version: '1.0.0', migrations: null };
const make = (over: Partial<SourceFacts> = {}, version: string | null = null) =>
  createRelease(world, { project: world.project, from: source, version, actor: 'ada' }, async () => ({
    ...facts,
    ...over,
  }));
const verified = async (digest: string) => (await world.artifacts.verify(digest)).ok;
const treeOf = (made: Awaited<ReturnType<typeof make>>) => made.release.parts.artifacts['tree']!;
/** As another process does it: with an eye of its own on the same trees. */
const pruneElsewhere = () => keepReleases({ ...world, artifacts: openArtifacts(store) }, world.project);
/** So many others that none before them is among the newest. */
async function tenMore(): Promise<void> {
  for (let index = 0; index < 10; index += 1) {
    world.time.now += 1;
    write(`another ${index}`);
    await make({ version: `9.0.${index}` });
  }
  world.time.now += 1;
}

test('the tree is pinned and the parts are named; the same again is the same release, recorded once', async () => {
  const made = await make();
  expect(made).toMatchObject({ isNew: true, fileCount: 1, sizeBytes: 5 });
  expect(made.release.parts).toMatchObject({ version: '1.0.0', commit: 'c0ffee', dirty: false, migrations: null });
  expect(await verified(treeOf(made))).toBe(true);
  expect(await make()).toEqual({ ...made, isNew: false });
  const records = await world.store.read((rows) => recordsOf(rows, world.project.name));
  expect(records.map((each) => [each.kind, each.actor])).toEqual([['release-created', 'ada']]);
});

test('other bytes, another commit, another version, other migrations or settings are another release', async () => {
  const ids = [await make(), await make({ commit: 'other' }), await make({ dirty: true }), await make({}, '1.0.1')];
  ids.push(await make({ migrations: 'm2' }));
  Object.assign(world.project, { services: [...world.project.services, { ...world.project.services[0]!, name: 'b' }] });
  ids.push(await make());
  write('second');
  ids.push(await make());
  expect(new Set(ids.map((each) => each.release.id)).size).toBe(7);
});

test('without a version there is no release; a folder that is not there is named first', async () => {
  await expect(make({ version: null })).rejects.toThrow(/GR4401/);
  expect((await make({ version: null }, '3.0.0')).release.version).toBe('3.0.0');
  source = path.join(world.home, 'nothing');
  await expect(make({ version: null })).rejects.toThrow(/GR6501/);
});

test('bytes that are stored and not yet on record are not pruned by another process', async () => {
  const { store: storeTree } = world.artifacts;
  const pruned: number[] = [];
  Object.assign(world.artifacts, {
    async store(...args: Parameters<typeof storeTree>) {
      const stored = await storeTree(...args);
      pruned.push(await pruneElsewhere());
      return stored;
    },
  });
  const made = await make();
  expect(pruned).toEqual([0]);
  expect(await verified(treeOf(made))).toBe(true);
});

test('an old release that is made again while another process removes its bytes has them in the end', async () => {
  const old = await make();
  await tenMore();
  let again: ReturnType<typeof make> | null = null;
  const { store: rows } = world;
  const read: typeof rows.read = (work) => {
    write('first');
    again ??= make();
    return rows.read(work);
  };
  expect(
    await keepReleases({ ...world, artifacts: openArtifacts(store), store: { ...rows, read } }, world.project),
  ).toBe(1);
  expect(await again!).toMatchObject({ isNew: false, release: { id: old.release.id } });
  expect(await verified(treeOf(old))).toBe(true);
});

test('an old release that was made again is among the newest: its bytes stay', async () => {
  const old = await make();
  await tenMore();
  expect(await pruneElsewhere()).toBe(1);
  expect(await verified(treeOf(old))).toBe(false);
  write('first');
  expect((await make()).isNew).toBe(false);
  await pruneElsewhere();
  expect(await verified(treeOf(old))).toBe(true);
});

test('a pruning that was killed half-way leaves nothing that could be taken for a tree', async () => {
  const old = await make();
  await tenMore();
  await pruneElsewhere();
  const hex = treeOf(old).split(':').at(-1)!;
  mkdirSync(path.join(store, `.leaving-999999999-1-${hex}`));
  expect(readdirSync(store).filter((name) => name.includes(hex))).toHaveLength(1);
  write('first');
  expect(await verified(treeOf(await make()))).toBe(true);
  expect(readdirSync(store).filter((name) => name.startsWith('.leaving-'))).toEqual([]);
});

test('a release is found by what it was called', async () => {
  const { release } = await make();
  expect(await world.store.read((rows) => findRelease(rows, world.project.name, '1.0.0'))).toEqual(release);
});
