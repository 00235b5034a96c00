// Limits of the source in refresh.yaml: what they look like, and what they mean.
import { z } from 'zod';
import { durationMs } from '../kinds/fields.ts';
import type { SourceLimits } from '../domain/refresh/source-limits.ts';

const rate = z
  .string()
  .regex(/^[1-9]\d{0,5} ?MB\/s$/, 'a rate such as "20 MB/s"')
  .describe('`20 MB/s`: rows are read no faster, by all workers together. Default: as fast as both servers can.');

export const sourceLimitsShape = {
  rate: rate.optional(),
  'replica-lag': durationMs()
    .optional()
    .describe(
      '`30s`: nothing is read while a replica of the source, or the source as a replica, is further behind. Needs pg_read_all_stats.',
    ),
  'statement-timeout': durationMs()
    .optional()
    .describe('`10m`: reading a table, or a piece of a large one, that takes longer ends the refresh. Default: none.'),
};

type Written = z.output<z.ZodObject<typeof sourceLimitsShape>>;

export const limitsOf = (written: Partial<Written> | undefined): SourceLimits => ({
  bytesPerSecond: written?.rate === undefined ? null : Number.parseInt(written.rate, 10) * 1e6,
  replicaLagMs: written?.['replica-lag'] ?? null,
  statementTimeoutMs: written?.['statement-timeout'] ?? null,
});
