import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { reportHtml } from '../report/html-report.ts';
import { reportJson } from '../report/json.ts';
import { reportMarkdown } from '../report/markdown.ts';
import { why } from '../report/why.ts';
import { testDatabase } from '../store/testing/database.ts';
import { audit } from './audit.ts';
import { readAccount } from './read-history.ts';
import { openTestWorld, type TestWorld } from './testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
let bad = '';
beforeEach(async () => {
  world = await openTestWorld(database.store(), `audited${(count += 1)}`);
  await world.deploy('staging', '1.0.0');
  world.seen.set('smoke', 2);
  bad = (await world.deploy('staging', '1.1.0')).id;
});
afterEach(() => world.close());

const found = () => audit(world, world.project);
const bend = (change: ReturnType<typeof sql>) => world.store.change((rows) => change.execute(rows));

test('a good and a stopped deployment are as they were recorded', async () => {
  expect(await found()).toEqual({ bentAt: null, contradictions: [] });
  expect((await readAccount(world, bad)).contradiction).toBeNull();
});

describe('what somebody changed in the table of deployments is told', () => {
  test.for([
    ['the end', sql`ending = '{"as":"live","reason":"serves"}'`, /by the log it ended as no-go/],
    ['its reason', sql`ending = jsonb_set(ending, '{reason}', '"nothing much"')`, /by the log it ended as no-go/],
    ['that it ended', sql`ending = 'null', ended_at = null`, /by the log it ended as no-go/],
    ['who asked', sql`actor = 'mallory'`, /by the log .+ asked for it/],
    ['when', sql`created_at = '2020-01-01'`, /by the log it was asked for at 20/],
    ['when it ended', sql`ended_at = '2020-01-01'`, /by the log it ended at 20/],
    ['its number', sql`number = 77`, /not what was ordered/],
    ['the decision', sql`verdict = jsonb_set(verdict, '{decision}', '"go"')`, /verdict is not the recorded one/],
    ['that there was a verdict', sql`verdict = 'null'`, /verdict is not the recorded one/],
    ['the version', sql`plan = jsonb_set(plan, '{release,version}', '"9.9.9"')`, /plan is not the recorded one/],
    ['the policy', sql`plan = jsonb_set(plan, '{policy,required}', '[]')`, /plan is not the recorded one/],
  ] as const)('%s', async ([, change, reason]) => {
    await bend(sql`update greenroom.deployment set ${change} where id = ${bad}`);
    const { bentAt, contradictions } = await found();
    expect(bentAt).toBeNull();
    expect(contradictions.map((each) => each.reason)).toContainEqual(expect.stringMatching(reason));
    const account = await readAccount(world, bad);
    expect(account.contradiction).toMatch(reason);
    for (const report of [reportHtml(account), reportMarkdown(account)]) {
      expect(report).toContain('RECORD CHANGED');
      expect(report).not.toMatch(/NO-GO · |GO · live/);
    }
    expect(JSON.parse(reportJson(account))).toMatchObject({ verdict: null, contradiction: account.contradiction });
    expect(why(account)[0]).toEqual({ kind: 'contradiction', reason: account.contradiction });
  });
});

test('so is a deployment that is gone, and one that nobody ordered', async () => {
  await bend(sql`update greenroom.deployment set number = 3 where id = ${bad}`);
  expect((await found()).contradictions).toEqual([
    { subject: 'staging/3', reason: 'it is not what was ordered' },
    { subject: 'staging/2', reason: 'the log tells of it, and the table does not' },
  ]);
});

test('so is the end of the log that was cut off', async () => {
  await bend(sql`delete from greenroom.record where project = ${world.project.name} and kind = 'deployment-ended'
    and deployment = ${bad}`);
  expect((await found()).contradictions).toEqual([{ subject: 'staging/2', reason: 'the log says nothing of its end' }]);
});

test('so is a release of another version than the one that was made', async () => {
  const { id } = (await readAccount(world, bad)).plan.release;
  await bend(sql`update greenroom.release set body = jsonb_set(body, '{version}', '"9.9.9"') where id = ${id}`);
  expect((await found()).contradictions).toEqual([
    { subject: id, reason: 'its parts are not those that its id names' },
  ]);
});

test('so is a line of the log: by its own deployment, and not by those that were over before', async () => {
  await bend(sql`update greenroom.record set actor = 'mallory' where project = ${world.project.name}
    and deployment = ${bad} and kind = 'verdict'`);
  const { bentAt, contradictions } = await found();
  expect(contradictions).toEqual([{ subject: 'staging/2', reason: `record ${bentAt} of the log was changed` }]);
});

test('so is an answer, and what it rests on', async () => {
  await bend(sql`update greenroom.evidence set body = jsonb_set(body, '{data}', '1') where deployment = ${bad}
    and body ->> 'check' = 'smoke'`);
  expect((await readAccount(world, bad)).contradiction).toBe('the evidence of smoke is not what its hash names');
});

test('a deployment that runs or waits is told as it stands', async () => {
  let seen: unknown = null;
  world.seen.set('smoke', async () => {
    seen = await found();
    return { status: 'measured', data: 1 };
  });
  await world.deploy('staging', '1.2.0');
  expect(seen).toEqual({ bentAt: null, contradictions: [] });
});
