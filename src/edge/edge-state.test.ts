import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { emptyState, judgePoint, sameTarget, type EdgeState } from './edge-state.ts';

const target = fc.record({
  epoch: fc.integer({ min: 0, max: 6 }),
  colour: fc.constantFrom('blue' as const, 'green' as const, null),
  release: fc.constantFrom('r1', 'r2'),
  services: fc.constantFrom(
    { web: { host: 'h', port: 1 } },
    { web: { host: 'h', port: 2 } },
    {},
    { other: { host: 'h', port: 1 } },
  ),
});

test('F006 F007 whatever order targets come in, the epoch never falls and one epoch keeps one target', () => {
  fc.assert(
    fc.property(fc.array(target, { maxLength: 20 }), (targets) => {
      let state: EdgeState = emptyState;
      const firstOf = new Map<number, EdgeState>();
      for (const [i, next] of targets.entries()) {
        const judged = judgePoint(state, next, ['web'], i + 1);
        if (judged.status === 'apply') {
          expect(next.epoch).toBeGreaterThanOrEqual(state.epoch);
          expect(firstOf.has(next.epoch)).toBe(false);
          state = judged.next;
          firstOf.set(state.epoch, state);
          if (state.colour) expect(state.services).toHaveProperty('web');
        } else if (judged.status === 'same') expect(sameTarget(next, state)).toBe(true);
        else if (judged.status === 'stale') expect(next.epoch).toBeLessThan(state.epoch);
        else if (judged.status === 'conflict') expect(sameTarget(next, state)).toBe(false);
        else if (judged.status === 'services') expect([...judged.missing, ...judged.unknown].length).toBeGreaterThan(0);
        else expect(judged).toBe('a target without a colour beside');
      }
    }),
  );
});
