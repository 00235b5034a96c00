import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TrafficTarget } from '../kinds/traffic.ts';
import { allLanes, colourOf, type Lane, pointingText, readPointing } from './lanes.ts';
import { chooseLane, emptyState, judgePoint, lastLaneOf, pointed, type ProxyState } from './proxy-state.ts';
import { noCounts } from './statistics.ts';

const address = (port: number) => ({ host: '127.0.0.1', port });
const target: fc.Arbitrary<TrafficTarget> = fc.record({
  epoch: fc.integer({ min: 0, max: 6 }),
  colour: fc.constantFrom('blue' as const, 'green' as const, null),
  release: fc.constantFrom('r1', 'r2'),
  services: fc.constantFrom({ web: address(1) }, { web: address(2) }, { web: address(3) }, {}, { other: address(1) }),
});
const busy = fc.record(
  Object.fromEntries(allLanes.map((lane) => [lane, fc.nat({ max: 1 })])) as Record<Lane, fc.Arbitrary<number>>,
);

test('F006 F007 whatever order targets come in: the epoch never falls, one epoch keeps one target, and a lane in use keeps its address', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(target, busy), { maxLength: 25 }), (steps) => {
      let state: ProxyState = emptyState;
      const seen = new Set<number>();
      for (const [index, [next, load]] of steps.entries()) {
        const judged = judgePoint(state, next, ['web']);
        if (judged.status === 'stale') expect(next.epoch).toBeLessThan(state.epoch);
        if (judged.status === 'same')
          expect(next).toMatchObject({ epoch: state.epoch, colour: state.colour, release: state.release });
        if (judged.status !== 'apply') continue;
        expect(next.epoch).toBeGreaterThanOrEqual(state.epoch);
        expect(seen.has(next.epoch)).toBe(false);
        seen.add(next.epoch);
        const { colour, release, services: addresses } = next;
        const held = state.lane;
        const lane = colour && chooseLane(state, { colour, release, addresses }, [held], (each) => load[each]);
        const before = lane && state.lanes[lane];
        if (lane && colour) {
          expect(colourOf(lane)).toBe(colour);
          const isMoved =
            before !== undefined && before !== null && before.addresses['web']?.port !== addresses['web']?.port;
          const isFree = (each: Lane): boolean => each !== held && load[each] === 0;
          // The one that has the traffic is never moved, and one with requests only when there is no other.
          if (isMoved) expect(lane).not.toBe(held);
          if (isMoved && load[lane] > 0)
            expect(allLanes.filter((each) => colourOf(each) === colour).some(isFree)).toBe(false);
        }
        const note = { addresses, counted: { by: null, counts: noCounts } };
        const serves = lane && { lane, ...note };
        state = pointed(state, next, { pointedAt: index + 1, serves, beside: null });
        if (colour) expect(lastLaneOf(state, colour)).toBe(lane);
      }
    }),
  );
});

test('a pointing is read back as it was written, and nothing else is taken for one', () => {
  for (const lane of [...allLanes, null])
    expect(readPointing(pointingText({ epoch: 9_007_199_254_740_991, lane }))).toEqual({
      epoch: 9_007_199_254_740_991,
      lane,
    });
  for (const text of ['', 'blue1', '7:', ':blue1', '7:blue4', '7:nobody2', '-1:blue1', '7:blue1 8:green1'])
    expect([text, readPointing(text)]).toEqual([text, null]);
});
