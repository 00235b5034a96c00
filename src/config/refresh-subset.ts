// `subset` of refresh.yaml: what it looks like, and what it means.
import { z } from 'zod';
import type { RootRule, SubsetRules } from '../domain/refresh/subset.ts';

const percentage = z
  .string()
  .regex(/^(?:100|[1-9]?\d(?:\.\d+)?) ?%$/, 'a share such as "25 %", over 0 and up to 100')
  .refine((text) => Number.parseFloat(text) > 0, 'a share over 0');

const root = z
  .union([
    percentage,
    z.strictObject({
      share: percentage.optional().describe('Of the rows that meet the condition.'),
      where: z.string().min(1).describe('What would stand behind WHERE, over columns of the table alone.'),
    }),
  ])
  .meta({
    id: 'root',
    description:
      'A share of the rows, `25 %`, told by a keyed hash of the primary key: the same key gives the same rows. Or a condition.',
  });

export const subsetShape = z
  .strictObject({
    roots: z
      .record(z.string(), root)
      .refine((roots) => Object.keys(roots).length > 0, 'at least one root')
      .describe('By table, `public.customers`: where the subset begins. What hangs on these rows comes along.'),
    whole: z
      .array(z.string().min(1))
      .prefault([])
      .describe('Tables that are copied whole; nothing is kept because it hangs on them.'),
    references: z
      .record(z.string(), z.enum(['follow', 'nullify']))
      .prefault({})
      .describe(
        'By the column that refers, `public.orgs.owner_id`, or the name of the foreign key. follow (default): what a kept row refers to is kept too. nullify: the reference is emptied where that is not.',
      ),
  })
  .describe('A part of the source that stands by itself. Default: everything.');

type SubsetShape = z.output<typeof subsetShape>;

export const subsetOf = ({ roots, whole, references }: SubsetShape): SubsetRules => ({
  roots: Object.fromEntries(Object.entries(roots).map(([table, written]) => [table, rootOf(written)])),
  ...{ whole, references },
});

function rootOf(written: SubsetShape['roots'][string]): RootRule {
  if (typeof written === 'string') return { share: shareOf(written), where: null };
  return { share: written.share === undefined ? null : shareOf(written.share), where: written.where };
}

const shareOf = (text: string): number => Number.parseFloat(text) / 100;
