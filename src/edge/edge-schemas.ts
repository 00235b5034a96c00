import { z } from 'zod';
import type { TrafficTarget } from '../kinds/traffic.ts';
import type { EdgeConfig, EdgeRun, EdgeState } from './edge-state.ts';

const addressSchema = z.object({ host: z.string().min(1), port: z.int().min(1).max(65_535) });
const servicesSchema = z.record(z.string(), addressSchema);

export const targetSchema = z.object({
  epoch: z.int().min(0),
  colour: z.enum(['blue', 'green']).nullable(),
  release: z.string().nullable(),
  services: servicesSchema,
  beside: z
    .object({
      colour: z.enum(['blue', 'green']),
      release: z.string().nullable(),
      services: servicesSchema,
      gets: z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('preview'), secret: z.string() }),
        z.object({ kind: z.literal('share'), percent: z.number() }),
      ]),
    })
    .optional(),
}) satisfies z.ZodType<TrafficTarget>;

export const stateSchema = targetSchema.extend({
  pointedAt: z.number(),
  colours: z.record(z.string(), z.object({ release: z.string().nullable(), services: servicesSchema })),
}) satisfies z.ZodType<EdgeState>;

export const configSchema = z.object({
  services: z.record(z.string(), addressSchema),
  trustedProxies: z.array(z.string()).default(['127.0.0.1', '::1']),
}) satisfies z.ZodType<EdgeConfig>;

export const runSchema = z.object({
  pid: z.int(),
  startedTicks: z.string(),
  controlPort: z.int(),
  token: z.string(),
  upSinceAt: z.number(),
  services: servicesSchema,
}) satisfies z.ZodType<EdgeRun>;
