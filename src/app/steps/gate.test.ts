import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openGate } from './gate.ts';

type Runs = 'together' | 'alone';
const turns = async (count: number) => {
  for (let turn = 0; turn < count; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** Sends everybody through, each staying for some turns, and tells who was inside together at every entry. */
async function crowd(parallel: number, visitors: readonly { runs: Runs; comesAfter: number; stays: number }[]) {
  const gate = openGate(parallel);
  const inside: Runs[] = [];
  const seen: (readonly Runs[])[] = [];
  await Promise.all(
    visitors.map(async ({ runs, comesAfter, stays }) => {
      await turns(comesAfter);
      const leave = await gate.enter(runs);
      inside.push(runs);
      seen.push([...inside]);
      await turns(stays);
      inside.splice(inside.indexOf(runs), 1);
      leave();
    }),
  );
  return seen;
}

const visitor = fc.record({
  runs: fc.constantFrom<Runs>('together', 'together', 'alone'),
  comesAfter: fc.nat(6),
  stays: fc.nat(4),
});

test('whoever is alone is alone, never more than the capacity are together, and everybody gets through', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 4 }),
      fc.array(visitor, { maxLength: 14 }),
      async (parallel, visitors) => {
        const seen = await crowd(parallel, visitors);
        expect(seen).toHaveLength(visitors.length);
        for (const together of seen) {
          expect(together.length).toBeLessThanOrEqual(parallel);
          if (together.includes('alone')) expect(together).toEqual(['alone']);
        }
      },
    ),
    { numRuns: 150 },
  );
});

test('the capacity is used', async () => {
  const seen = await crowd(
    3,
    Array.from({ length: 6 }, () => ({ runs: 'together', comesAfter: 0, stays: 5 })),
  );
  expect(Math.max(...seen.map((each) => each.length))).toBe(3);
});

test('who wants to be alone lets those go first who can share, also one that lines up on the last answer', async () => {
  const gate = openGate(2);
  const order: string[] = [];
  const visit = async (name: string, runs: Runs) => {
    const leave = await gate.enter(runs);
    order.push(name);
    await turns(2);
    leave();
  };
  const first = visit('first', 'together');
  const alone = visit('alone', 'alone');
  const afterFirst = first.then(() => visit('after first', 'together'));
  await Promise.all([first, alone, afterFirst]);
  expect(order).toEqual(['first', 'after first', 'alone']);
});
