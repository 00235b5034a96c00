import { z } from 'zod';
import { argv, inside } from '../../kinds/command-line.ts';
import { limitMs, scratchServer, share } from '../../kinds/fields.ts';

const nameOfVariable = () => z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/);

const from = z
  .union([
    z.strictObject({
      folder: z.string().min(1).default('.').describe('Folder of the backups: relative to the project, or absolute.'),
      files: inside().describe(
        'Glob of the backups in it; of one in the directory format its `toc.dat`. Links are not followed.',
      ),
    }),
    z.strictObject({
      command: argv().describe(
        'Command that prints, in its last line, where the newest backup is; it may write it first.',
      ),
    }),
  ])
  .describe('Where the newest backup is: `folder` and `files`, or `command`.');

export const schema = z.strictObject({
  database: z.string().optional().describe('Database of greenroom.yaml that is backed up. Default: the only one.'),
  from,
  server: scratchServer(),
  reader: z
    .string()
    .min(1)
    .optional()
    .describe('Address of the database by a role that may read every table, as a reference. Default: its own address.'),
  'at-most': limitMs().prefault('25h').describe('How old the newest backup may be: what would be lost (RPO).'),
  'restored-within': limitMs().prefault('30m').describe('How long the restore may take (RTO).'),
  'rows-at-least': share()
    .prefault('90%')
    .describe('Share of the rows that a table has now, that the backup must have of it; less than one row is no row.'),
  volatile: z
    .array(z.string().min(1))
    .default([])
    .describe('Tables whose number of rows says nothing, such as `public.sessions`: counted, and not judged.'),
  'size-at-least': share()
    .prefault('50%')
    .describe('Share of the size of the last verified backup that this one must have.'),
  jobs: z.int().min(1).max(16).default(1).describe('How many connections restore at once; not of plain SQL.'),
  pass: z
    .array(nameOfVariable())
    .default([])
    .describe('Variables of the environment that `command` gets; of others it gets none.'),
});
export type BackupConfig = z.infer<typeof schema>;
