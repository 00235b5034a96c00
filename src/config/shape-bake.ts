import { z } from 'zod';
import { usualComparison } from '../domain/bake-looks.ts';
import { parseDuration } from '../domain/duration.ts';
import { durationMs, limitMs, share } from '../kinds/fields.ts';
import { count, factor, httpPath } from './shape-parts.ts';

/** Noise from look to look is known from looks alone: fewer tell nothing of it, and more would be no help to anybody. */
const fewestLooks = 5;
const mostLooks = 100;
const shortestLookMs = 1_000;
const usualLookMs = 3_600_000;

/** What is between two looks when the file does not say: as many looks as an hour each gives, within the bounds. */
export const lookEveryMs = (bake: { readonly for: number; readonly 'look-every'?: number | undefined }): number =>
  bake['look-every'] ?? Math.max(Math.min(usualLookMs, bake.for / fewestLooks), bake.for / mostLooks);

/** As it would be written: 1.2, not 1.2000000000000002. */
const rounded = (value: number): number => Math.round(value * 1e9) / 1e9;

const quantile = z
  .string()
  .regex(/^p(50|75|90|95|99) <= \S+$/, { error: 'must read like "p95 <= 300ms", with p50, p75, p90, p95 or p99' })
  .transform((text, context) => {
    const [name = '', , limit = ''] = text.split(' ');
    const withinMs = parseDuration(limit);
    if (withinMs !== null && withinMs > 0) return { quantile: Number(name.slice(1)) / 100, withinMs };
    context.addIssue({ code: 'custom', message: `expected a duration such as 300ms after "<=", not "${limit}"` });
    return z.NEVER;
  });

const objectives = z.strictObject({
  availability: share()
    .refine((good) => good > 0 && good < 1, { error: 'must lie between 0% and 100%: no number of answers shows 100%' })
    .transform(rounded)
    .optional()
    .describe(
      'Share of the requests to the new version that must be answered, and not with 5xx, as the proxy counts them.',
    ),
  latency: z
    .record(z.string(), z.union([quantile.transform((one) => [one]), z.array(quantile)]))
    .prefault({})
    .describe('By service, what its probes must keep: `p95 <= 300ms`. One that is not answered counts as slower.'),
});

const slowdown = z
  .union([z.number(), z.string().regex(/^\d+(\.\d+)?x$/, { error: 'must read like "1.1x"' })])
  .transform((text) => Number.parseFloat(String(text)))
  .refine((ratio) => ratio >= 1, { error: 'must be 1x or more' });

const usualSamples = 60;
const compare = z.union([
  z.literal('latency').transform(() => ({ latency: ratios(usualComparison.allowedRatio), samples: usualSamples })),
  z.strictObject({
    latency: z
      .union([
        slowdown.transform((allowed) => ratios(allowed)),
        z
          .strictObject({
            'at-most': slowdown.describe('How much slower the new version may be.'),
            detect: slowdown
              .optional()
              .describe('A slowdown this large must not slip through. Default: twice the allowed one.'),
          })
          .transform((written) => ratios(written['at-most'], written.detect))
          .refine((one) => one.detectRatio > one.allowedRatio, { error: '"detect" must be above "at-most"' }),
      ])
      .describe('How much slower the new version may be: `1.1x`, or `{ at-most: 1.1x, detect: 1.2x }`.'),
    samples: z
      .int()
      .min(10)
      .max(1_000)
      .default(usualSamples)
      .describe('Latencies of each version and service in every look.'),
  }),
]);

/** Twice the allowed slowdown is what must not slip through; where none is allowed, as much as usual. */
function ratios(allowedRatio: number, detectRatio?: number) {
  const usual = allowedRatio > 1 ? 1 + 2 * (allowedRatio - 1) : usualComparison.allowedRatio;
  return { allowedRatio, detectRatio: detectRatio ?? rounded(usual) };
}

const fields = z.strictObject({
  for: durationMs()
    .prefault('5m')
    .describe(
      'How long the new version is watched after the cut-over; longer where the last probes or looks were not good. 0s: one probe.',
    ),
  every: limitMs().prefault('5s').describe('Between two probes of each service.'),
  failures: count().default(0).describe('Probes with a wrong status or of another release that are tolerated.'),
  errors: count()
    .default(4)
    .describe(
      'Probes in a row that were not answered and are tolerated; a proxy may be silent for 5s for each of them and one more.',
    ),
  'minimum-requests': count().default(20).describe('Traffic rule: at least this many requests …'),
  'error-share': share()
    .refine((part) => part < 1, { error: 'must be below 100%: nothing would be a fault' })
    .prefault('5%')
    .describe(
      '… of which a larger share than chance makes of it is answered with 5xx or not at all: more than the larger of this …',
    ),
  'baseline-factor': factor().default(3).describe('… and this many times the share of the old version.'),
  probes: z
    .record(z.string(), z.union([httpPath().transform((one) => [one]), z.array(httpPath())]))
    .prefault({})
    .describe(
      'Paths asked through the public address, by service: the path of its health is answered with 200 and the id of the release, any other with less than 400. Default: the path of its health.',
    ),
  'roll-back': z
    .enum(['automatic', 'hold'])
    .default('automatic')
    .describe('What a bad bake does: go back at once, or hold and ask.'),
  'look-every': durationMs()
    .optional()
    .describe('Between two looks at objectives and comparison. Default: a fifth of the bake, at most 1h.'),
  objectives: objectives.optional().describe('What the new version must keep while it is watched.'),
  compare: compare
    .optional()
    .describe('The new version beside the one before it, which still runs; `latency` alone takes the defaults.'),
});

const bakeFields = fields.superRefine((written, context) => {
  if (written.objectives === undefined && written.compare === undefined) return;
  const everyMs = lookEveryMs(written);
  const looks = written.for / everyMs;
  if (everyMs >= shortestLookMs && looks >= fewestLooks && looks <= mostLooks) return;
  const message = `needs ${fewestLooks} to ${mostLooks} looks of at least ${shortestLookMs / 1_000} s; "for" and "look-every" give ${Math.floor(looks * 10) / 10} of ${everyMs / 1_000} s`;
  context.addIssue({ code: 'custom', message, path: [written['look-every'] === undefined ? 'for' : 'look-every'] });
});

export const bake = z
  .union([durationMs().transform((forMs) => ({ ...bakeFields.parse({}), for: forMs })), bakeFields])
  .prefault({})
  .describe('Watching after the cut-over. A duration alone takes every other default.');
