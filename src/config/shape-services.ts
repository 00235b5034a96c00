import { z } from 'zod';
import { durationMs, limitMs } from '../kinds/fields.ts';
import { parseJsonPath } from '../kinds/json-path.ts';
import { command, httpPath, name, port, variableName, variables } from './shape-parts.ts';

const releasePlace = () =>
  z
    .string()
    .regex(/^(\$[.[].+|header +[\w-]+)$/, {
      error: 'expected a JSON path such as $.release, or a header such as: header x-release',
    })
    .refine((text) => !text.startsWith('$') || parseJsonPath(text) !== null, {
      error: 'is no JSON path such as $.release or $.build["release id"]',
    })
    .transform((text): { from: 'json'; path: string } | { from: 'header'; name: string } =>
      text.startsWith('$')
        ? { from: 'json', path: text }
        : { from: 'header', name: text.replace(/^header +/, '').toLowerCase() },
    );

const health = z.strictObject({
  path: httpPath().describe('Where the service answers for its health.'),
  within: limitMs().prefault('500ms').describe('A health answer that takes longer is a bad one.'),
  'starts-in': limitMs().prefault('30s').describe('From start to the first good answer.'),
  release: releasePlace()
    .prefault('$.release')
    .describe('Where the answer names its release, as GREENROOM_RELEASE gave it: a JSON path, or "header <name>".'),
  consecutive: z.int().min(1).max(100).default(3).describe('Good answers in a row that count as healthy.'),
});

const service = z.strictObject({
  run: command().describe("Command that starts it in the release's folder, without a shell. It listens on $PORT."),
  port: port().describe('Public port, unless the environment says otherwise under "ports".'),
  health: z
    .union([httpPath().transform((path) => health.parse({ path })), health])
    .describe('How it proves to be alive and to be the release it should be. A path alone takes every default.'),
  variables: variables().prefault({}).describe('Variables for this service in every environment.'),
  drain: durationMs().prefault('30s').describe('How long requests in flight may take before the old colour stops.'),
  'stop-grace': durationMs().prefault('10s').describe('From SIGTERM to SIGKILL.'),
  critical: z.boolean().default(true).describe('Whether the deployment fails when this service is unhealthy.'),
  metrics: httpPath()
    .optional()
    .describe('Where it shows its Prometheus series. Measured by checks of kind "metrics".'),
});

const database = z.strictObject({
  embedded: z.boolean().optional().describe('True: a database of the embedded PostgreSQL, one for each environment.'),
  url: z
    .string()
    .min(1)
    .optional()
    .describe("The team's own database, such as ${DATABASE_URL}. Resolved late and never printed."),
  variable: variableName()
    .optional()
    .describe(
      'Variable by which services and commands learn its URL. Default: DATABASE_URL for the first, <NAME>_DATABASE_URL for others.',
    ),
  migrate: command().optional().describe('Command that brings the schema up to date.'),
  revision: command().optional().describe('Command that prints the revision the schema is at.'),
  back: command().optional().describe('Command that takes the last migration back.'),
  'forward-only': z.boolean().default(false).describe('True: there is no way back; repair is by a new release.'),
  budget: durationMs().prefault('2m').describe('How long the migration may take.'),
  'lock-timeout': durationMs().prefault('5s').describe('How long a statement of the migration may wait for a lock.'),
});

const cache = z.strictObject({
  redis: z.string().min(1).describe('URL of the Redis, such as "${REDIS_URL}". Resolved late and never printed.'),
  variable: variableName()
    .optional()
    .describe(
      'Variable by which services learn its URL. Default: REDIS_URL for the first, <NAME>_REDIS_URL for others.',
    ),
  'disabled-in': z
    .array(z.string())
    .default([])
    .describe('Environments in which it is declared off: nothing waits for it there.'),
});

export const artifact = z.strictObject({
  directory: z.string().min(1).default('.').describe('Folder that is the release, relative to the project.'),
  exclude: z
    .array(z.string().min(1))
    .default([])
    .describe(
      'What is left out, beside .git, .greenroom and .env* (secrets never travel in an artifact): a name at any depth (`reports`), or a glob from the top (`docs/**`).',
    ),
  'version-from': z
    .enum(['package.json', 'git', 'none'])
    .default('package.json')
    .describe('Where the version is read when the command line does not give it.'),
});

export const servicesShape = z
  .record(name(), service)
  .refine((all) => Object.keys(all).length > 0, 'expected at least one service');
export const databasesShape = z.record(name(), database);
export const cachesShape = z.record(name(), cache);
