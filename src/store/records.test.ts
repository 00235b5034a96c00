import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { brokenOf } from '../domain/record.ts';
import { append, recordsOf, sha256 } from './records.ts';
import { saveRelease } from './releases.ts';
import { statement, testDatabase } from './testing/database.ts';
import { releaseOf } from './testing/samples.ts';

const database = testDatabase();
const body = (kind: string) => ({ kind, actor: 'ada', data: { said: kind } });
const verify = async (project: string) =>
  brokenOf(await database.store().read((rows) => recordsOf(rows, project)), sha256)[0] ?? null;
const records = (project: string) => database.store().read((rows) => recordsOf(rows, project));

async function write(project: string, count: number, at = (index: number) => index): Promise<void> {
  for (let index = 1; index <= count; index += 1)
    await database.store().change((rows) => append(rows, project, null, [body(`k${index}`)], at(index)));
}

test('F176 a change whose record cannot be written does not happen', async () => {
  const release = releaseOf('guarded', '1.0.0');
  await statement(
    database.url(),
    `alter table record add constraint refused check (project <> 'guarded' or kind <> 'release-created')`,
  );
  await expect(saveRelease(database.store(), release, 'ada', 1)).rejects.toThrow(/refused/);
  expect(await statement(database.url(), `select 1 from release where project = 'guarded'`)).toEqual([]);
  await statement(database.url(), 'alter table record drop constraint refused');
  expect(await saveRelease(database.store(), release, 'ada', 1)).toEqual({ isNew: true });
});

test('F176 a change that fails after its record leaves no record', async () => {
  const broken = database.store().change(async (rows) => {
    await append(rows, 'undone', null, [body('lost')], 1);
    await sql`select 1 / 0`.execute(rows);
  });
  await expect(broken).rejects.toThrow(/division by zero/);
  expect(await records('undone')).toEqual([]);
});

test('F037 records stand in the order of their sequence when the clock goes backwards', async () => {
  await write('backwards', 4, (index) => 10_000 - index * 1_000);
  const found = await records('backwards');
  expect(found.map((each) => each.sequence)).toEqual([1, 2, 3, 4]);
  expect(found.map((each) => each.at)).toEqual([9_000, 8_000, 7_000, 6_000]);
  expect(await verify('backwards')).toBeNull();
});

test('thirty appends at once make one chain without gaps, beside another chain', async () => {
  const store = database.store();
  await Promise.all(
    Array.from({ length: 30 }, (_, index) =>
      store.change((rows) => append(rows, index % 2 ? 'odd' : 'even', null, [body('a'), body('b')], index)),
    ),
  );
  for (const project of ['odd', 'even']) {
    expect((await records(project)).map((each) => each.sequence)).toEqual(Array.from({ length: 30 }, (_, n) => n + 1));
    expect(await verify(project)).toBeNull();
  }
});

test('records of one deployment, and those after a sequence', async () => {
  const store = database.store();
  await store.change((rows) => append(rows, 'two', 'dep_a', [body('1'), body('2')], 1));
  await store.change((rows) => append(rows, 'two', 'dep_b', [body('3')], 1));
  await store.change((rows) => append(rows, 'two', 'dep_a', [body('4')], 1));
  const of = (deployment?: string, after?: number) => store.read((rows) => recordsOf(rows, 'two', deployment, after));
  expect((await of('dep_a')).map((each) => each.kind)).toEqual(['1', '2', '4']);
  expect((await of('dep_a', 2)).map((each) => each.kind)).toEqual(['4']);
  expect((await of(undefined, 3)).map((each) => each.kind)).toEqual(['4']);
});

const tampering: readonly [string, number, string][] = [
  ['an edited datum', 3, `update record set data = '{"said":"nothing"}' where project = $1 and sequence = 3`],
  ['an edited actor', 2, `update record set actor = 'eve' where project = $1 and sequence = 2`],
  ['an edited instant', 5, `update record set at = at + 1 where project = $1 and sequence = 5`],
  ['a deleted row', 4, `delete from record where project = $1 and sequence = 3`],
  ['a deleted first row', 2, `delete from record where project = $1 and sequence = 1`],
  [
    'two rows that changed places',
    2,
    `update record set sequence = case sequence when 2 then 102 when 3 then 103 else sequence end where project = $1`,
  ],
];
test.each(tampering)('F173 %s is found where it stands', async (name, broken, text) => {
  await write(name, 6);
  expect(await verify(name)).toBeNull();
  await statement(database.url(), text, [name]);
  if (name.startsWith('two rows'))
    await statement(
      database.url(),
      `update record set sequence = 105 - sequence where project = $1 and sequence > 100`,
      [name],
    );
  expect(await verify(name)).toBe(broken);
});
