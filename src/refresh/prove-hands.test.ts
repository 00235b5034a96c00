import { expect, test } from 'vitest';
import { overHands, type Hand } from './prove-hands.ts';
import type { ProveAnswer, ProveTask } from './prove-tasks.ts';

const task = (from: string): ProveTask => ({ kind: 'gather', piece: { from, columns: [] } });
const tasks = ['a', 'b', 'c', 'd', 'e'].map(task);
const gathered: ProveAnswer = {
  kind: 'gathered',
  hashes: new Uint32Array(new SharedArrayBuffer(8)),
  ends: new Uint8Array(1),
  wordCounts: [],
};
const hand = (answer: () => Promise<ProveAnswer>): Hand => ({ do: answer, close: async () => {} });

test('F100 every piece has its answer, or nothing is proven', async () => {
  const answered: string[] = [];
  const count = (): number => answered.push('one');
  const good = hand(async () => gathered);
  await overHands([good, good], tasks, 'gathered', count);
  expect(answered.length).toBe(tasks.length);
  await expect(overHands([], tasks, 'gathered', count)).rejects.toThrow('5 pieces were read by nobody');
  const other = hand(async () => ({ kind: 'looked', leaks: new Map(), open: [], coincidenceCount: 0, textCount: 0 }));
  await expect(overHands([other], tasks, 'gathered', count)).rejects.toThrow('"looked" instead of "gathered"');
  const broken = hand(async () => {
    throw new Error('cut');
  });
  await expect(overHands([good, broken], tasks, 'gathered', count)).rejects.toThrow('cut');
});
