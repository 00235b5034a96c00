import { afterEach, beforeEach, expect, test } from 'vitest';
import { insertDeployment } from '../store/deployments.ts';
import { saveResult } from '../store/results.ts';
import { testDatabase } from '../store/testing/database.ts';
import { newDeploymentOf, resultOf } from '../store/testing/samples.ts';
import { followDeployment, type DeploymentEvent } from './follow-deployment.ts';
import { openTestWorld, type TestWorld } from './testing/world.ts';

const database = testDatabase();
let count = 0;
let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld(database.store(), `follow${(count += 1)}`);
});
afterEach(() => world.close());
const never = new AbortController().signal;

async function all(id: string): Promise<readonly DeploymentEvent[]> {
  const seen: DeploymentEvent[] = [];
  for await (const event of followDeployment(world, id, never)) seen.push(event);
  return seen;
}
const names = (events: readonly DeploymentEvent[]) =>
  events.flatMap((event) => (event.kind === 'result' ? [event.result.name] : []));

test('one that has ended is told whole: every record and every answer once, in their time, its standing last', async () => {
  const { id } = await world.deploy('staging', '1.0.0');
  const events = await all(id);
  const sequences = events.flatMap((event) => (event.kind === 'record' ? [event.record.sequence] : []));
  expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
  expect(new Set(sequences).size).toBe(sequences.length);
  const kinds = events.flatMap((event) => (event.kind === 'record' ? [event.record.kind] : []));
  expect(kinds[0]).toBe('deployment-requested');
  expect(names(events)).toEqual(expect.arrayContaining(['unit', 'smoke', 'docs']));
  expect(new Set(names(events)).size).toBe(names(events).length);
  const times = events.flatMap((event) =>
    event.kind === 'record' ? [event.record.at] : event.kind === 'result' ? [event.result.endedAt] : [],
  );
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(events.filter((event) => event.kind === 'standing')).toHaveLength(1);
  expect(events.at(-1)).toMatchObject({ kind: 'standing', deployment: { id, ending: { as: 'live' } } });
});

test('what happens while it is followed comes once; an answer given again comes again', async () => {
  const id = `dep_follow_${count}`;
  await insertDeployment(world.store, newDeploymentOf(world.project.name, id));
  const enough = new AbortController();
  const events: DeploymentEvent[] = [];
  let looks = 0;
  for await (const event of followDeployment(world, id, enough.signal)) {
    events.push(event);
    if (event.kind !== 'standing') continue;
    looks += 1;
    if (looks === 1) await saveResult(world.store, world.node, id, resultOf('c', { endedAt: 5 }), null);
    if (looks === 3)
      await saveResult(world.store, world.node, id, resultOf('c', { endedAt: 6, outcome: 'fail' }), null);
    if (looks === 5) enough.abort();
  }
  expect(events.map((event) => event.kind)).toEqual([
    'record',
    'standing',
    'result',
    'standing',
    'standing',
    'result',
    'standing',
    'standing',
  ]);
  const outcomes = events.flatMap((event) => (event.kind === 'result' ? [event.result.outcome] : []));
  expect(outcomes).toEqual(['pass', 'fail']);
});

test('who has seen enough is let go at the next look, and a deployment that does not exist is named', async () => {
  const id = `dep_enough_${count}`;
  await insertDeployment(world.store, newDeploymentOf(world.project.name, id));
  const events: DeploymentEvent[] = [];
  for await (const event of followDeployment(world, id, AbortSignal.abort())) events.push(event);
  expect(events.map((event) => event.kind)).toEqual(['record', 'standing']);
  await expect(all('dep_nowhere')).rejects.toThrow(/GR4301/);
});
