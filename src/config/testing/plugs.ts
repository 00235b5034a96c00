import { z } from 'zod';
import { register } from '../../kinds/check.ts';
import { durationMs } from '../../kinds/fields.ts';
import type { Registries } from '../registries.ts';

const gather = () => Promise.resolve({ status: 'measured' as const, data: null });
const judge = () => ({ outcome: 'pass' as const, reason: 'Nothing was asked.', findings: [] });

/** A few checks, two drivers and one traffic, enough to try every rule of the configuration. */
export const testRegistries: Registries = {
  checks: new Map([
    [
      'http',
      register({
        kind: 'http',
        summary: 'Asks an address.',
        schema: z.strictObject({
          service: z.string().optional().describe('Service that is asked.'),
          path: z
            .string()
            .regex(/^\//, { error: 'expected a path that begins with "/"' })
            .describe('Path that is asked for.'),
          within: durationMs().default(500).describe('Time limit of the answer.'),
          body: z.json().optional().describe('Body that is sent.'),
          expect: z.strictObject({ status: z.int().optional() }).prefault({}).describe('What the answer must be.'),
        }),
        runs: 'together',
        defaultIn: 'everywhere',
        gather,
        judge,
      }),
    ],
    [
      'ports',
      register({
        kind: 'ports',
        summary: 'Asks whether ports are free.',
        schema: z.strictObject({}),
        runs: 'together',
        defaultIn: 'everywhere',
        gather,
        judge,
      }),
    ],
    [
      'command',
      register({
        kind: 'command',
        summary: 'Runs a command.',
        schema: z.strictObject({ run: z.string().describe('Command.') }),
        runs: 'together',
        defaultIn: 'before-last',
        gather,
        judge,
      }),
    ],
    [
      'suite',
      register({
        kind: 'suite',
        summary: 'Runs tests and counts them.',
        schema: z.strictObject({
          run: z.string().describe('Command.'),
          variables: z.record(z.string(), z.string()).default({}).describe('Variables of the command.'),
          report: z.string().describe('Report it writes.'),
          'at-least': z.int().default(1).describe('Fewest tests.'),
        }),
        runs: 'together',
        defaultIn: 'before-last',
        gather,
        judge,
      }),
    ],
    [
      'sql',
      register({
        kind: 'sql',
        summary: 'Asks a database.',
        schema: z.object({
          database: z.string().default('main').describe('Database that is asked.'),
          query: z.string().describe('One statement.'),
        }),
        runs: 'alone',
        defaultIn: 'before-last',
        gather,
        judge,
      }),
    ],
  ]),
  drivers: new Map([
    ['process', { kind: 'process', summary: 'Processes of this machine.', schema: z.strictObject({}) }],
    [
      'compose',
      {
        kind: 'compose',
        summary: 'Docker Compose.',
        schema: z.strictObject({ file: z.string().describe('Compose file.') }),
      },
    ],
  ]),
  traffic: new Map([['edge', { kind: 'edge', summary: 'The embedded edge.', schema: z.strictObject({}) }]]),
};
