import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { testDatabase } from '../store/testing/database.ts';
import { mostFlows, openDbosEngine } from './dbos-engine.ts';
import { soleNode } from './testing/sole-node.ts';

const database = testDatabase();
const environments = Array.from({ length: 200 }, (_, index) => `place ${index}`);
/** The first of each environment may be begun before the others are there; those are started in the wrong order. */
const startedInOrder = [1, 5, 4, 3, 2];

test('F019 a thousand deployments due at once: a bounded number at a time, one for each environment, in their order, none lost', async () => {
  const engine = openDbosEngine({
    ...{ url: database.url(), lease: soleNode('backlog'), onFenced: () => {}, revive: async () => {} },
  });
  const gate = Promise.withResolvers<void>();
  const begun = new Map<string, number[]>();
  const running: string[] = [];
  let most = 0;
  engine.define<{ place: string; number: number }>('deployment', async (_flow, { place, number }) => {
    begun.set(place, [...(begun.get(place) ?? []), number]);
    running.push(place);
    most = Math.max(most, running.length);
    if (new Set(running).size < running.length) begun.set(place, [-1]);
    await gate.promise;
    await sleep(5);
    running.splice(running.indexOf(place), 1);
  });
  await engine.open();
  try {
    for (const number of startedInOrder)
      await Promise.all(
        environments.map((place) =>
          engine.start('deployment', `${place}/${number}`, { place, number }, { lock: place, number }),
        ),
      );
    await expect.poll(() => running.length, { timeout: 30_000 }).toBe(mostFlows);
    gate.resolve();
    const done = () => [...begun.values()].flat().length;
    await expect.poll(done, { timeout: 120_000, interval: 50 }).toBe(environments.length * startedInOrder.length);
    expect(most).toBe(mostFlows);
    expect([...begun.values()]).toEqual(environments.map(() => [1, 2, 3, 4, 5]));
  } finally {
    await engine.close();
  }
}, 180_000);
