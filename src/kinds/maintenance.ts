import { z } from 'zod';

/** The page that a proxy answers with while a service is closed on purpose, whole, so that the proxy only hands it out. */
export interface MaintenancePage {
  /** UTF-8, at most `largestPageBytes`, in one line: HAProxy hands out no control characters. */
  readonly html: string;
  /** For who wants JSON: RFC 9457. */
  readonly problem: string;
  /** The header, as seconds or as a date. */
  readonly retryAfter: string;
  /** Paths that are answered as without a page: what is asked for health. */
  readonly open: readonly string[];
  readonly by: string;
  /** Milliseconds since 1970. */
  readonly since: number;
  readonly notice: string | null;
  /** Milliseconds since 1970; said, never acted on. */
  readonly until: number | null;
}

/** One page, or none, under a fence of its own: pointings go on beneath it, and neither refuses the other. */
export interface MaintenanceWish {
  readonly epoch: number;
  readonly page: MaintenancePage | null;
}

const pageSchema = z.object({
  ...{ html: z.string(), problem: z.string(), retryAfter: z.string(), open: z.array(z.string()), by: z.string() },
  ...{ since: z.number(), notice: z.string().nullable(), until: z.number().nullable() },
}) satisfies z.ZodType<MaintenancePage>;

/** As proxies keep it on disk. */
export const wishSchema = z.object({
  epoch: z.int().min(0),
  page: pageSchema.nullable(),
}) satisfies z.ZodType<MaintenanceWish>;

/** HAProxy keeps it in one line of 16 KiB, as base64. */
export const largestPageBytes = 8 * 1_024;

export const noMaintenance: MaintenanceWish = { epoch: 0, page: null };

/** JSON only for who names it and does not take HTML: a browser names both. */
export const wantsProblem = (accept: string): boolean =>
  accept.includes('application/json') && !accept.includes('text/html');

export const isStaleWish = (wish: MaintenanceWish, highest: number): boolean => wish.epoch < highest;
