import { z } from 'zod';

const rowCount = z.int().min(0).max(100_000_000);

/** `seed.yaml`: what of the rows that are made up is not as Greenroom would have it. */
export const seedShape = z
  .strictObject({
    database: z
      .string()
      .min(1)
      .optional()
      .describe('The database of greenroom.yaml that is filled. Default: the only one.'),
    seed: z
      .int()
      .min(0)
      .max(0xffff_ffff)
      .default(1)
      .describe('What the rows depend on beside the schema: the same seed, the same bytes.'),
    rows: z
      .int()
      .min(1)
      .max(10_000_000)
      .default(1000)
      .describe('Rows of a table that refers to no other; the counts of others follow from it.'),
    until: z
      .string()
      .regex(/^\d{4}-\d\d-\d\d$/)
      .default('2026-01-01')
      .describe('The day before which all of it happened; the two years before are filled.'),
    tables: z.record(z.string(), rowCount).prefault({}).describe('Rows by table: `public.users: 5000`.'),
    keep: z
      .array(z.string().min(1))
      .prefault([])
      .describe('Tables whose rows stay as they are and may be referred to, such as those that a migration fills.'),
  })
  .meta({ title: 'seed.yaml', description: 'How many rows of which tables are made up.' });
