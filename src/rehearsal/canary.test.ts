// The wait that the canary reports, against one that somebody else measures.
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { realPostgres } from '../checks/testing/database.ts';
import { startCanary } from './canary.ts';
import { withClone } from './testing/clone.ts';

const postgres = realPostgres();
const text = 'select name from users where id = 7';

test('it tells the stall that an independent client had, and of other tables none', { timeout: 60_000 }, async () => {
  await withClone(postgres.url(), async (scratch) => {
    const canary = await startCanary([text, 'select count(*) from notes'], () => scratch.connect('canary'));
    const [locker, independent] = [await scratch.connect('locker'), await scratch.connect('independent')];
    const state = { isOver: false, longestMs: 0 };
    const measuring = (async () => {
      while (!state.isOver) {
        const startMs = performance.now();
        await independent.query(text);
        state.longestMs = Math.max(state.longestMs, performance.now() - startMs);
        await sleep(5);
      }
    })();
    await locker.query('begin; lock table users');
    await sleep(3_000);
    await locker.query('commit');
    state.isOver = true;
    await measuring;
    const { stalls, line } = await canary.stop();
    const [stalled, free] = stalls.map(({ longestMs }) => longestMs);
    expect(stalled).toBeGreaterThan(2_000);
    expect(Math.abs(stalled! - state.longestMs)).toBeLessThan(Math.max(20, 0.2 * state.longestMs));
    expect(free).toBeLessThan(stalled! / 2);
    expect(Math.max(...line.map(({ longestMs }) => longestMs))).toBe(stalled);
  });
});
