import fc from 'fast-check';
import { expect, test } from 'vitest';
import { courtesyMs, overdue, overdueAfterMs, overdueRecord } from './overdue.ts';
import type { Step, StepKind } from './step.ts';

const step = (kind: StepKind, budgetMs: number): Step => ({ kind, name: kind, phase: null, budgetMs, subject: null });

test('F011 a step that acts is overdue right after its budget, one that only looks when nobody has ended it', () => {
  expect(overdue(step('start', 60_000), 60_000)).toBeNull();
  expect(overdue(step('start', 60_000), 180_000)).toBe('start has taken 3 min, its budget is 1 min');
  expect(overdue(step('bake', 60_000), 60_000 + 2 * courtesyMs)).toBeNull();
  expect(overdue(step('bake', 60_000), 60_000 + 2 * courtesyMs + 1)).toMatch(/^bake has taken 1 min 10 s/);
});

test('F011 no step is silent for longer than its budget and the courtesy, and none is blamed inside its budget', () => {
  const kinds = fc.constantFrom<StepKind>('admit', 'migrate', 'checks', 'switch', 'bake', 'drain', 'stop', 'stop-new');
  const times = fc.nat({ max: 10_000_000 });
  fc.assert(
    fc.property(kinds, times, times, (kind, budgetMs, tookMs) => {
      const said = overdue(step(kind, budgetMs), tookMs);
      if (tookMs <= budgetMs) expect(said).toBeNull();
      if (tookMs > budgetMs + 2 * courtesyMs) expect(said).not.toBeNull();
      expect(said !== null).toBe(tookMs > overdueAfterMs(step(kind, budgetMs)));
    }),
  );
});

test('the record names step, operation and budget', () => {
  expect(overdueRecord({ number: 3, step: step('migrate', 500) })).toEqual({
    kind: 'step-overdue',
    actor: 'greenroom',
    data: { step: 'migrate', operation: 3, budgetMs: 500 },
  });
});
