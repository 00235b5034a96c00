import { z } from 'zod';
import { durationMs } from '../kinds/fields.ts';
import { laterInEnvironment } from './later.ts';
import { bake } from './shape-bake.ts';
import { shift } from './shape-shift.ts';
import { count, port, relativePath, variables } from './shape-parts.ts';

const driver = z
  .union([z.string(), z.looseObject({ kind: z.string() })])
  .meta({ id: 'driver', description: 'Where code runs: a kind, or `{ kind, … }` with the fields of that kind.' });

const traffic = z.union([z.string(), z.looseObject({ kind: z.string() })]).meta({
  id: 'traffic',
  description: 'Who gets the requests: a kind, or `{ kind, … }` with the fields of that kind.',
});

const fileList = z.union([relativePath().transform((one) => [one]), z.array(relativePath())]);
const variableFields = z.strictObject({
  file: fileList.optional().describe('File of KEY=value lines.'),
  files: fileList.optional().describe('Several of them; later ones win.'),
  schema: relativePath().optional().describe('File that describes the variables, for the check "variables".'),
  values: variables()
    .prefault({})
    .describe('Variables written here; they win over files. `${VAR}` and `secret://…` are resolved late.'),
  secrets: z.unknown().optional().describe('Provider of secrets. Kept; not enforced by this version.'),
});

const environmentVariables = z
  .union([fileList.transform((files) => variableFields.parse({ files })), variableFields])
  .prefault({})
  .describe('A file of KEY=value lines, a list of them, or `{ file, schema, values }`.');

export const conditional = z.strictObject({
  // oxlint-disable-next-line unicorn/no-thenable -- the word of the configuration, never awaited
  then: z
    .enum(['proceed', 'hold'])
    .optional()
    .describe('Move traffic and owe the conditions (proceed, the default), or hold until each is accepted.'),
  owner: z
    .string()
    .min(1)
    .optional()
    .describe('Who owes the conditions; `required`: whoever accepts them. Default: release-manager.'),
  'due-within': durationMs().optional().describe('When they are due after the verdict. Default: 48h.'),
});

const later = Object.fromEntries(
  Object.entries(laterInEnvironment).map(([key, meaning]) => [
    key,
    z.unknown().optional().describe(`For a later version: ${meaning}. Kept, shown, not enforced.`),
  ]),
);

const demand = z.enum(['rollback-certificate']);

export const environment = z.strictObject({
  driver: driver.default('process'),
  traffic: traffic.default('edge'),
  host: z.string().min(1).default('127.0.0.1').describe('Address on which the public ports listen.'),
  ports: z
    .record(z.string(), port())
    .prefault({})
    .describe("Public ports by service, where they differ from the service's own."),
  url: z
    .url({ protocol: /^https?$/, error: 'expected an address that begins with http:// or https://' })
    .optional()
    .describe('Public address, where it is not host and port.'),
  variables: environmentVariables,
  bake,
  preview: z
    .boolean()
    .optional()
    .describe(
      'Lets who has the secret (`greenroom preview`) reach a new version at the public address before the cut-over. Default: false.',
    ),
  shift: shift.optional(),
  conditional: conditional.prefault({}).describe('What a conditional verdict does here.'),
  promotion: z
    .strictObject({
      'evidence-max-age': durationMs()
        .prefault('24h')
        .describe('Evidence of the environment before that is older does not count.'),
      require: z
        .union([demand.transform((one) => [one]), z.array(demand)])
        .optional()
        .describe(
          'What else the environment before must have measured. `rollback-certificate`: that the way back to what serves here works, rehearsed there (`rehearse-rollback`).',
        ),
    })
    .prefault({})
    .describe('What a release must bring to be let in here.'),
  'rehearse-rollback': z
    .boolean()
    .default(false)
    .describe(
      'Every deployment that replaces a release goes back to it and forth again before it is done, timed, with requests running. What comes of it is the rollback certificate.',
    ),
  'keep-releases': count().default(3).describe('Old releases kept beside the one that serves.'),
  'maintenance-page': relativePath()
    .optional()
    .describe(
      'Page of your own for "greenroom maintenance": one HTML file of at most 8 KiB; `{{notice}}` and `{{until}}` are filled in.',
    ),
  about: z
    .record(z.string(), z.unknown())
    .prefault({})
    .describe('Anything worth stating of the environment. Kept and shown; nothing acts on it.'),
  ...later,
});
