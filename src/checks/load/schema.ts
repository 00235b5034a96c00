import { z } from 'zod';
import { durationMs, ratePerSecond, share } from '../../kinds/fields.ts';

const methods = ['get', 'head', 'post', 'put', 'patch', 'delete'] as const;
const address = z.string().startsWith('/').optional();

const request = z
  .strictObject({
    get: address,
    head: address,
    post: address,
    put: address,
    patch: address,
    delete: address,
    weight: z.number().positive().default(1),
    headers: z.record(z.string(), z.string()).default({}),
    body: z.union([z.string(), z.json()]).optional(),
    status: z.int().min(100).max(599).optional(),
  })
  .transform((written, context) => {
    const named = methods.flatMap((method) =>
      written[method] === undefined ? [] : [{ method, path: written[method] }],
    );
    const [one] = named;
    if (one && named.length === 1) {
      const { body, headers, weight, status } = written;
      const json = body !== undefined && typeof body !== 'string';
      return {
        method: one.method.toUpperCase(),
        path: one.path,
        headers: { ...(json ? { 'content-type': 'application/json' } : {}), ...headers },
        weight,
        ...(body === undefined ? {} : { body: json ? JSON.stringify(body) : body }),
        ...(status === undefined ? {} : { expectStatus: status }),
      };
    }
    context.addIssue({ code: 'custom', message: `needs exactly one of ${methods.join(', ')} with a path` });
    return z.NEVER;
  });

const factor = z
  .union([z.number(), z.string().regex(/^\d+(\.\d+)?x$/)])
  .transform((text) => Number.parseFloat(String(text)))
  .refine((ratio) => ratio >= 1, { error: 'must be 1x or more' });

const comparison = z.union([
  z
    .string()
    .regex(/^(p50|p95|p99|mean) <= \d+(\.\d+)?x$/, {
      error: 'must read like "p99 <= 1.15x", with p50, p95, p99 or mean',
    })
    .transform((text) => {
      const [statistic, , ratio] = text.split(' ');
      return { statistic: statistic as 'p50' | 'p95' | 'p99' | 'mean', 'at-most': Number.parseFloat(ratio ?? '') };
    })
    .refine((one) => one['at-most'] >= 1, { error: 'must allow 1x or more' }),
  z.strictObject({ statistic: z.enum(['p50', 'p95', 'p99', 'mean']), 'at-most': factor, detect: factor.optional() }),
]);

const milliseconds = () => durationMs().optional();

export const loadSchema = z
  .strictObject({
    service: z.string().optional().describe('Service to drive. Default: the first one.'),
    requests: z
      .array(request)
      .min(1)
      .describe('Kinds of request: `{ get: /api/library, weight: 9 }`, `{ post: /api/items, body: {…} }`.'),
    rate: ratePerSecond()
      .prefault('50/s')
      .describe('Requests that leave, of all kinds together; to each version when two are compared.'),
    for: durationMs().prefault('30s').describe('How long is measured.'),
    warmup: durationMs().prefault('5s').describe('How long it is driven at the same rate before that; not measured.'),
    'answer-within': durationMs()
      .prefault('10s')
      .describe('A request that takes longer, from when it was due, is an error.'),
    'max-open': z
      .int()
      .min(1)
      .max(100_000)
      .default(1_000)
      .describe('Requests open at once; one that is due beyond that is not sent and is an error.'),
    objectives: z
      .strictObject({
        p50: milliseconds(),
        p90: milliseconds(),
        p95: milliseconds(),
        p99: milliseconds(),
        errors: share().prefault('0.1%'),
      })
      .prefault({})
      .describe('Slowest percentiles that are right, and the share of errors that is tolerated.'),
    against: z
      .strictObject({ running: comparison })
      .optional()
      .describe('Compared with the version that serves now, both driven in turn in the same seconds.'),
    seed: z.int().min(0).default(1).describe('Names the sequence of requests: the same seed gives the same one.'),
  })
  .refine((config) => config.rate * (config.for / 1_000) >= 1, {
    error: 'no request is due in that time at that rate',
    path: ['for'],
  })
  .refine((config) => config.rate <= 20_000, { error: 'at most 20000/s', path: ['rate'] });

export type LoadConfig = z.infer<typeof loadSchema>;
export type Comparison = NonNullable<LoadConfig['against']>['running'];
