import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FailureError } from '../domain/failure.ts';
import { testDatabase } from '../store/testing/database.ts';
import { audit } from './audit.ts';
import { readStanding } from './read-standing.ts';
import { readRefreshes, refreshLog } from './refresh-log.ts';
import { openTestWorld, type TestWorld } from './testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld(database.store(), `refreshed${(count += 1)}`);
});
afterEach(() => world.close());

const ends = { database: 'main', sourceEnvironment: 'production', source: 'a:1/x', target: 'b:2/y', rules: 'sha256:0' };
const made = { dataFromAt: 1_799_999_999_000, identity: '1/2', tables: [{ name: 'public.people', rowCount: 3 }] };
const proof = { originalCount: 5, setBytes: 80, textCount: 9, coincidenceCount: 0 };
const open = (isDryRun = false) =>
  refreshLog(world, { project: world.project, environment: 'staging', actor: 'ada', isDryRun });
const read = () => readRefreshes(world, world.project);

async function refreshed(): Promise<void> {
  const log = open();
  await log.began(ends);
  const write = () => world.store.change((rows) => log.done(rows, { ...made, proof }));
  await write();
  await write(); // as after an answer that was lost
}

test('a refresh is on record once, and its environment knows when its data was made', async () => {
  await refreshed();
  const { accounts, bentAt } = await read();
  const { setBytes: _, ...told } = proof;
  expect(bentAt).toBeNull();
  expect(accounts).toEqual([
    expect.objectContaining({ environment: 'staging', by: 'ada', ends, made: { ...made, proof: told }, failures: [] }),
  ]);
  const project = { ...world.project, databases: [{ ...databaseNamed('main') }, { ...databaseNamed('side') }] };
  const standing = await readStanding(world, project);
  expect(standing.map(({ name, data }) => [name, data])).toEqual([
    ['staging', [{ database: 'main', dataFromAt: made.dataFromAt, from: 'production', isProven: true }]],
    ['production', []],
  ]);
  expect(await audit(world, world.project)).toEqual({ bentAt: null, contradictions: [] });
});

test('a failure is on record, before and after both ends were known; a dry run is not', async () => {
  await open().failed(new FailureError({ code: 'GR5050', message: 'Data does not flow up.', where: 'x' }));
  const second = open();
  await second.began(ends);
  await second.failed(new Error('a sentence that may hold anything'));
  const third = open();
  await third.began(ends);
  await third.failed(new DOMException('This operation was aborted', 'AbortError'));
  const dry = open(true);
  await dry.began(ends);
  await dry.failed(new FailureError({ code: 'GR5020', message: 'A column has no rule.' }));
  const { accounts } = await read();
  expect(accounts.map((each) => [each.ends, each.failures.map(({ code }) => code)])).toEqual([
    [ends, ['GR5150']],
    [ends, ['GR9001']],
    [null, ['GR5050']],
  ]);
  expect(JSON.stringify(accounts)).not.toContain('may hold anything');
});

test('a line that somebody changed, or whose neighbour is gone, is found', async () => {
  await refreshed();
  await refreshed();
  const { project } = world;
  const change = (text: ReturnType<typeof sql>) => world.store.change((rows) => text.execute(rows));
  await change(sql`update greenroom.record set data = jsonb_set(data, '{made,dataFromAt}', '1899999999000')
    where project = ${project.name} and sequence = 4`);
  expect((await read()).bentAt).toBe(4);
  await change(sql`delete from greenroom.record where project = ${project.name} and sequence in (1, 4)`);
  expect((await read()).bentAt).toBe(2);
});

const databaseNamed = (name: string): TestWorld['project']['databases'][number] => ({
  ...{ name, source: { kind: 'embedded' }, variable: 'DATABASE_URL', migrate: null, revision: null, back: null },
  ...{ forwardOnly: false, budgetMs: 1, lockTimeoutMs: 1 },
});
