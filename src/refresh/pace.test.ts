import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isShut, openGate, openPace, setGate } from './pace.ts';

test('whatever comes in whatever pieces, the rate is kept over any second, and what is slower is never held', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 10_000, max: 50_000_000 }),
      fc.array(fc.tuple(fc.integer({ min: 1, max: 1_000_000 }), fc.integer({ min: 0, max: 400 })), { minLength: 1 }),
      (rate, chunks) => {
        const pace = openPace(rate, openGate());
        let [at, sent] = [1_000_000, 0];
        const began = at;
        for (const [byteCount, idleMs] of chunks) {
          at += idleMs;
          sent += byteCount;
          at += pace(byteCount, at);
          // A quarter of a second may be saved, and a wait that is too short is left out.
          expect(sent).toBeLessThanOrEqual(((at - began + 250 + 15) / 1000) * rate + 1);
        }
        const slow = openPace(rate, openGate());
        for (let i = 0; i < 10; i++) expect(slow(rate / 100, 1_000_000 + i * 20)).toBe(0);
      },
    ),
  );
});

test('a shut gate holds also where there is no rate, until it opens', () => {
  const gate = openGate();
  const pace = openPace(null, gate);
  expect(pace(1e9, 0)).toBe(0);
  setGate(gate, true);
  expect([isShut(gate), pace(1, 0) > 0, pace(0, 100) > 0]).toEqual([true, true, true]);
  setGate(gate, false);
  expect(pace(1e9, 200)).toBe(0);
});
