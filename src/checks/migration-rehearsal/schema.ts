import { z } from 'zod';
import { argv, inside } from '../../kinds/command-line.ts';
import { scratchServer } from '../../kinds/fields.ts';

const nameOfVariable = () => z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/);

const copy = z
  .union([
    z.strictObject({
      database: z
        .string()
        .min(1)
        .describe('A database of the scratch server whose comment says that it is a copy, and of when.'),
    }),
    z.strictObject({
      backup: z.string().min(1).describe('The file, relative to the project; its time of change is its age.'),
      restore: argv().describe('Command that restores `GREENROOM_BACKUP` into the empty database of `DATABASE_URL`.'),
    }),
  ])
  .describe('What is cloned: a database that says that it is a copy, or a backup and the command that restores it.');

const except = z
  .array(z.string().min(1))
  .max(500)
  .default([])
  .describe(
    'Captured statements that the old version never asks, or that are listed with values: as they are told, with `?` for values.',
  );

const capture = z
  .union([
    z.strictObject({
      statistics: z
        .string()
        .min(1)
        .describe(
          'Address of the database that the old version uses, as a reference, by a role that has `pg_read_all_stats`: `pg_stat_statements` is read there.',
        ),
      user: z.string().min(1).optional().describe('Role by which the old version logs in there. Default: every role.'),
      except,
    }),
    z.strictObject({
      command: argv().describe(
        'Command that goes through all of the old version, as its test suite; its statements on a clone are recorded.',
      ),
      except,
    }),
  ])
  .describe(
    'Where statements of the version that serves are met. Their values are nowhere written down. Default: only the listed ones are asked.',
  );

export const schema = z.strictObject({
  database: z
    .string()
    .optional()
    .describe('Database of greenroom.yaml whose migrate command is rehearsed. Default: the only one that has one.'),
  server: scratchServer(),
  copy,
  production: z
    .string()
    .min(1)
    .describe(
      'Address of production by a role that reads, as a reference: `secret://env/PRODUCTION_READER`. It is asked for versions, schema, sizes and search paths of roles.',
    ),
  files: inside().describe(
    'Glob of the migration files in the release, in the order of their names. Plain SQL is read; of programs (`*.py`, `*.js`, …) what they send.',
  ),
  'old-statements': z
    .array(z.string().min(1))
    .min(1)
    .max(50)
    .describe('Statements of the version that serves, with values; asked before, while and after it migrates.'),
  capture: capture.optional(),
  smoke: argv()
    .optional()
    .describe('Command of the new version’s that is run against the migrated clone; it has to end well.'),
  role: z
    .string()
    .min(1)
    .optional()
    .describe('Role of the scratch server by which the old statements are asked. Default: who owns everything.'),
  book: z
    .string()
    .regex(/^[^.]+\.[^.]+$/)
    .optional()
    .describe(
      'Table, with its schema, in which the migrate command writes what it has run: instants and numbers of its own are not compared. Default: those of known tools.',
    ),
  'forward-fix': argv()
    .optional()
    .describe('Command that is run instead of going back. Default: `back` of the database.'),
  write: argv().optional().describe('Command that writes what the new version writes, before the way back is taken.'),
  pass: z
    .array(nameOfVariable())
    .default([])
    .describe('Variables of the environment that the commands get; of others they get none.'),
});
export type MigrationRehearsalConfig = z.infer<typeof schema>;
