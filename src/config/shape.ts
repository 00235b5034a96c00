import { z } from 'zod';
import { durationMs, limitMs } from '../kinds/fields.ts';
import { laterInProject } from './later.ts';
import { conditional, environment } from './shape-environments.ts';
import { checkName, name, names } from './shape-parts.ts';
import { artifact, cachesShape, databasesShape, servicesShape } from './shape-services.ts';

/** What every check may say, whatever its kind. The other fields are the plug's own. */
export const checkFields = z.strictObject({
  kind: z.string().describe('What kind of question it asks.'),
  in: names()
    .optional()
    .describe('Environments it runs in. Default: all; for kinds that load or write, all but the last of the path.'),
  'not-in': names().optional().describe('Environments it does not run in.'),
  smoke: z
    .boolean()
    .default(false)
    .describe(
      'Asked again of what serves after every rollback. Where none in health or integration says so, those of health are.',
    ),
  blocking: z.boolean().default(true).describe('Whether a failure is a no-go (true) or a condition (false).'),
  timeout: limitMs()
    .optional()
    .describe(
      'Time limit of one attempt. Default: 60s, or its `within` and 15s where that is longer; for kinds that run alone, the budget of the phase.',
    ),
  retries: z.int().min(0).max(20).default(0).describe('Further attempts after a failed one.'),
  flaky: z.enum(['pass', 'warn', 'fail']).default('warn').describe('What a pass after a failed attempt counts as.'),
  after: names().optional().describe('Checks of the same phase that must have ended before it begins.'),
});

const check = z.union([z.string(), z.looseObject({ kind: z.string().optional() })]).meta({
  id: 'check',
  description: 'One question asked of the world: a kind, or `{ kind, … }` with the fields of that kind.',
});

const phaseFields = z.strictObject({
  budget: durationMs()
    .optional()
    .describe('How long the phase may take. Default: as in the seven of MediaNest, else 10m.'),
  parallel: z.int().min(1).max(64).default(4).describe('How many of its checks run at once.'),
  work: z
    .union([
      z.enum(['databases', 'services', 'decision']).transform((one) => [one]),
      z.array(z.enum(['databases', 'services', 'decision'])),
    ])
    .optional()
    .describe('What Greenroom itself does in it before the checks: prepare databases, start services, decide.'),
  checks: z.record(checkName(), check).prefault({}).describe('Checks by name; a name is used once in the whole file.'),
  conditional: conditional
    .optional()
    .describe('For the decision: what a conditional verdict does, unless the environment says otherwise.'),
  manual: z.unknown().optional().describe('For a later version: items people sign. Kept, shown, not enforced.'),
});

const phase = z
  .union([z.literal('off'), z.literal(false), z.null(), phaseFields])
  .meta({ description: 'One phase, or `off` to leave one of the seven out.' });

const later = Object.fromEntries(
  Object.entries(laterInProject).map(([key, meaning]) => [
    key,
    z.unknown().optional().describe(`For a later version: ${meaning}. Kept, shown, not enforced.`),
  ]),
);

/** `greenroom.yaml`, without the fields of plugs. */
export const projectShape = z
  .strictObject({
    project: name().describe('Name of what is released as a whole.'),
    extends: z
      .union([z.string(), z.array(z.string())])
      .optional()
      .describe(
        'Files this one builds on, relative to it. What is nearer wins; mappings are merged, an empty value takes away.',
      ),
    path: z
      .array(z.string())
      .min(1)
      .optional()
      .describe('Environments in the order a release travels them. Default: the order of the file.'),
    artifact: artifact.prefault({}).describe('What of the folder is the release.'),
    services: servicesShape.describe('What runs.'),
    databases: databasesShape.prefault({}).describe('Databases by name.'),
    caches: cachesShape.prefault({}).describe('Caches by name.'),
    environments: z
      .record(name(), environment)
      .refine((all) => Object.keys(all).length > 0, 'expected at least one environment')
      .describe('Places where releases run, by name.'),
    phases: z
      .record(name(), phase)
      .prefault({})
      .describe('Phases in order. Those of the seven that are not mentioned keep their place and defaults.'),
    ...later,
  })
  .meta({ title: 'greenroom.yaml', description: 'What a team releases, where, and what must hold.' });

export type ProjectShape = z.output<typeof projectShape>;
export type EnvironmentShape = ProjectShape['environments'][string];
export type ServiceShape = ProjectShape['services'][string];
export type CheckFields = z.output<typeof checkFields>;
