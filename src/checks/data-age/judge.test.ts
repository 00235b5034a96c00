import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DataAgeData } from '../data-age.ts';
import { judgeDataAge } from './judge.ts';

test('it passes only where log, database and clock say the same', () => {
  const few = fc.constantFrom(1, 2, 3);
  const told = fc.record({
    ...{ environment: fc.constant('staging'), database: fc.constant('main'), askedAt: few },
    bentAt: fc.constantFrom(null, 1),
    target: fc.record({
      marker: fc.constantFrom(null, 'staging', 'qa'),
      ...{ refreshedAt: fc.option(few), identity: fc.constantFrom('a', 'b') },
    }),
    refresh: fc.option(
      fc.record({
        ...{ dataFromAt: few, endedAt: few, from: fc.constant('production'), identity: fc.constantFrom('a', 'b') },
        isProven: fc.boolean(),
      }),
    ),
  });
  let passed = 0;
  fc.assert(
    fc.property(told, (data: DataAgeData) => {
      if (judgeDataAge(1, data).outcome !== 'pass') return;
      passed += 1;
      const { refresh, target } = data;
      expect([data.bentAt, target.marker, refresh?.isProven]).toEqual([null, 'staging', true]);
      expect([target.refreshedAt, target.identity]).toEqual([refresh!.dataFromAt, refresh!.identity]);
      expect(data.askedAt).toBeGreaterThanOrEqual(Math.max(refresh!.dataFromAt, refresh!.endedAt));
      expect(data.askedAt - refresh!.dataFromAt).toBeLessThanOrEqual(1);
    }),
    { numRuns: 5_000 },
  );
  expect(passed).toBeGreaterThan(0);
});
