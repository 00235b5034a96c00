import { z } from 'zod';
import { argv, inside } from '../../kinds/command-line.ts';
import { limitMs, share } from '../../kinds/fields.ts';
import type { JunitReport } from './junit.ts';
import type { LineCoverage } from './lcov.ts';

export const suiteSchema = z.strictObject({
  run: argv().describe('Command that runs the tests, as one line or a list of arguments; no shell reads it.'),
  directory: inside().default('.').describe('Folder of the release in which it runs.'),
  variables: z.record(z.string(), z.string()).default({}).describe('Variables beside those of the services.'),
  report: z
    .union([inside().transform((one) => [one]), z.array(inside()).min(1)])
    .describe('JUnit reports that the run writes: a glob, or several; each must be written.'),
  'at-least': z.int().min(1).default(1).describe('Fewest tests that must have run, skipped ones not counted.'),
  'at-most-skipped': z.int().min(0).optional().describe('Most tests that may have been skipped. Default: any number.'),
  coverage: z
    .strictObject({ file: inside(), lines: share() })
    .optional()
    .describe('An lcov file that the run writes, and the share of lines that tests must reach.'),
  within: limitMs().prefault('10m').describe('Longest time the run may take; then its whole process group is ended.'),
});
export type SuiteConfig = z.infer<typeof suiteSchema>;

export interface SuiteData {
  readonly exitCode: number | null;
  readonly signalName: string | null;
  readonly timedOut: boolean;
  readonly durationMs: number;
  readonly reports: readonly ({ readonly path: string } & JunitReport)[];
  /** Globs that no file written by this run matches. */
  readonly missing: readonly string[];
  readonly coverage: LineCoverage | null;
}
