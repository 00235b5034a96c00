import { z } from 'zod';
import { shortNumber } from './wording.ts';

/** `3` (exactly), or `{ at-least: 1, at-most: 10 }`. */
export const bounds = () =>
  z.union([
    z.number(),
    z
      .strictObject({ 'at-least': z.number().optional(), 'at-most': z.number().optional() })
      .refine((range) => range['at-least'] !== undefined || range['at-most'] !== undefined, {
        error: 'needs at-least or at-most',
      }),
  ]);

export type Bounds = z.infer<ReturnType<typeof bounds>>;

export function holds(value: number, bound: Bounds): boolean {
  if (typeof bound === 'number') return value === bound;
  return value >= (bound['at-least'] ?? -Infinity) && value <= (bound['at-most'] ?? Infinity);
}

/** `exactly 3`, `at least 1`, `from 1 to 10`. */
export function boundText(bound: Bounds): string {
  if (typeof bound === 'number') return `exactly ${shortNumber(bound)}`;
  const { 'at-least': low, 'at-most': high } = bound;
  if (low !== undefined && high !== undefined) return `from ${shortNumber(low)} to ${shortNumber(high)}`;
  return low === undefined ? `at most ${shortNumber(high ?? 0)}` : `at least ${shortNumber(low)}`;
}
