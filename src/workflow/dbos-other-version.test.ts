import { afterAll, beforeAll, expect, test } from 'vitest';
import { statement, testDatabase } from '../store/testing/database.ts';
import { openDbosEngine } from './dbos-engine.ts';
import { openDbosSpeaker } from './dbos-speaker.ts';
import type { Engine } from './engine.ts';
import { soleNode } from './testing/sole-node.ts';

const database = testDatabase();
const ttlMs = 400;
let engine: Engine;
let speaker: Engine;
let beats = 0;
const begun: string[] = [];
const gate = Promise.withResolvers<void>();

beforeAll(async () => {
  const lease = soleNode('new', ttlMs);
  const counted = { ...lease, beat: async () => ((beats += 1), true) };
  engine = openDbosEngine({ url: database.url(), lease: counted, onFenced: () => {}, revive: async () => {} });
  engine.define('deployment', async (flow) => {
    begun.push(flow.id);
    if (flow.id.startsWith('holder')) await flow.step('hold', () => gate.promise);
  });
  await engine.open();
  speaker = openDbosSpeaker(database.url());
});
afterAll(async () => {
  await engine.close();
  await speaker.close();
});

/** A flow that another version has begun, or has left in the queue. */
async function left(place: string, by: 'running' | 'queued'): Promise<string> {
  const id = `${place}/old`;
  await engine.start('deployment', `holder/${place}`, {}, { lock: place, number: 1 });
  await expect.poll(() => begun, { timeout: 20_000 }).toContain(`holder/${place}`);
  await engine.start('deployment', id, {}, { lock: place, number: 2 });
  const as = by === 'running' ? `status = 'PENDING', executor_id = 'node-gone'` : `executor_id = null`;
  await statement(
    database.url(),
    `update dbos.workflow_status set application_version = 'wf0', ${as} where workflow_uuid = $1`,
    [id],
  );
  return id;
}

test('F012 flows of another version are never run here; they say whose they are, and given up they free their place', async () => {
  const [running, queued] = [await left('a', 'running'), await left('b', 'queued')];
  await engine.start('deployment', 'behind running', {}, { lock: 'a', number: 3 });
  gate.resolve();
  // What the queue and those that look for orphans would take, they have taken after so many looks.
  const beatsBefore = beats;
  await expect.poll(() => beats - beatsBefore, { timeout: 30_000 }).toBeGreaterThan(10);
  await engine.start('deployment', 'later', {}, { lock: 'elsewhere', number: 1 });
  await expect.poll(async () => (await engine.find('later'))?.status, { timeout: 20_000 }).toBe('ended');
  expect(begun).toEqual(['holder/a', 'holder/b', 'later']);

  const stands = { status: 'open', reason: null, otherVersion: 'wf0' };
  for (const eyes of [engine, speaker]) {
    expect(await eyes.find(running)).toEqual({ ...stands, owner: 'node-gone' });
    expect(await eyes.find(queued)).toEqual({ ...stands, owner: null });
    expect(await eyes.find('later')).toMatchObject({ status: 'ended', otherVersion: null, owner: 'new' });
    expect(await eyes.find('never')).toBeNull();
  }

  await engine.abandon(running);
  await engine.abandon(queued);
  await expect.poll(() => begun, { timeout: 20_000 }).toContain('behind running');
  expect(begun).not.toContain(running);
  expect(begun).not.toContain(queued);
  expect([(await engine.find(running))?.status, (await engine.find(queued))?.status]).toEqual(['ended', 'ended']);
}, 120_000);
