import { z } from 'zod';
import { durationMs } from '../kinds/fields.ts';
import { sourceLimitsShape } from './refresh-limits.ts';
import { subsetShape } from './refresh-subset.ts';
import { maskers, type MaskerName } from '../domain/refresh/maskers.ts';

const names = Object.keys(maskers) as MaskerName[];
const leaves = names.filter((name) => maskers[name].isLeaf);
const masker = z.enum(names);
const leaf = z.enum([...leaves, 'keep']);

const maskFields = z.strictObject({
  mask: masker.describe('The masker.'),
  days: z.int().min(1).max(3650).default(60).describe('For date-shift: a date moves by at most so many days.'),
  by: z
    .string()
    .min(1)
    .optional()
    .describe(
      'For date-shift: the column of the table that says whose the dates are. Default: all dates of the database move alike. For outbound: the column that names the setting. Default: the own name of the column.',
    ),
  percent: z.int().min(1).max(50).default(10).describe('For band: a number moves by at most so much.'),
});

const rule = z
  .union([
    z.enum([...names, 'keep', 'nothing']),
    maskFields,
    z.strictObject({
      keep: z.literal(true),
      because: z.string().min(1).describe('Why it may be kept although it looks like something of people.'),
    }),
    z.strictObject({ constant: z.string().describe('What stands there for everybody.') }),
    z.strictObject({
      json: z.record(z.string(), leaf).describe('Maskers by path: `contacts[].email`, with * for any key.'),
      rest: leaf.default('text').describe('What becomes of leaves that no path meets, and of keys.'),
    }),
  ])
  .meta({
    id: 'rule',
    description: 'What becomes of a column: a masker, `keep`, `nothing` (an SQL null), a constant, or JSON by path.',
  });

/** `refresh.yaml`: every column of the source needs a rule, or nothing is copied. */
export const refreshShape = z
  .strictObject({
    source: z
      .strictObject({
        environment: z
          .string()
          .min(1)
          .optional()
          .describe(
            'Whose data it is, and in whose light the references here are resolved. Default: the last of the path.',
          ),
        url: z
          .string()
          .min(1)
          .optional()
          .describe(
            'Its PostgreSQL, by a role that can only read: `postgresql://greenroom_reader:${READER_PASSWORD}@db/shop`. Default, for an embedded database: a role of Greenroom’s own that can only read.',
          ),
        ...sourceLimitsShape,
      })
      .optional()
      .describe('Where the data comes from.'),
    database: z
      .string()
      .min(1)
      .optional()
      .describe('The database of greenroom.yaml that is refreshed. Default: the only one.'),
    key: z
      .string()
      .min(1)
      .optional()
      .describe(
        'What masks depend on, at least 16 characters: `secret://env/REFRESH_KEY`. The same key gives the same masks in every run. Default: one that is drawn and forgotten.',
      ),
    columns: z.record(z.string(), rule).prefault({}).describe('By column: `public.users.email`.'),
    patterns: z
      .record(z.string(), rule)
      .prefault({})
      .describe(
        'By pattern, where no column says more; the first that fits. * is any text without a dot, ** any text: `**.email`.',
      ),
    types: z
      .record(z.string(), rule)
      .prefault({})
      .describe('By PostgreSQL’s name of a type, where neither says more: `bool`, `int4`, `timestamptz`.'),
    migrate: z
      .boolean()
      .default(false)
      .describe(
        'Run databases.<name>.migrate of greenroom.yaml on the copy, with the release that serves the environment: its schema may be newer than the source’s.',
      ),
    keep: z
      .strictObject({
        last: z.int().min(1).max(20).default(1).describe('So many, the newest.'),
        for: durationMs().optional().describe('And no longer than this, looked at by each refresh: `14d`.'),
      })
      .optional()
      .describe('Databases that were replaced stay beside the target. Default: they are dropped.'),
    subset: subsetShape.optional(),
  })
  .meta({ title: 'refresh.yaml', description: 'What of production may stand in staging, and as what.' });

export type RuleShape = z.output<typeof rule>;
