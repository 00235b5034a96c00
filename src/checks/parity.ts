import { z } from 'zod';
import { worst } from '../domain/outcome.ts';
import type { Check, Finding, Gathered, Judgement } from '../kinds/check.ts';
import { counted } from '../kinds/wording.ts';
import { findingsOf, type ParityData, type ParityRules } from './parity/findings.ts';
import { compareVariables } from './parity/compare.ts';

const listOfNames = () => z.array(z.string().min(1)).default([]);

const schema = z.strictObject({
  with: z.string().min(1).describe('Environment to compare with, by its name.'),
  secrets: z
    .enum(['apart', 'ignore'])
    .default('apart')
    .describe('`apart`: no secret of one environment may be one of the other. `ignore`: secrets are not looked at.'),
  shared: listOfNames().describe('Names of secrets that may be the same in both.'),
  same: listOfNames().describe('Names whose values must be the same in both.'),
  different: listOfNames().describe(
    'Names whose values must differ, though they are no secrets: addresses, accounts, projects.',
  ),
  'one-sided': z
    .enum(['ignore', 'warn', 'fail'])
    .default('ignore')
    .describe('What a name comes to that only one of the two sets.'),
  expected: listOfNames().describe('Names that only one of the two sets, and should.'),
}) satisfies z.ZodType<ParityRules & { readonly with: string }>;
export type ParityConfig = z.infer<typeof schema>;

export const parity: Check<ParityConfig, ParityData> = {
  kind: 'parity',
  summary:
    'Compares the variables of two environments: no secret is in both, what must be the same is, what must differ does.',
  schema,
  runs: 'together',
  defaultIn: 'everywhere',

  async gather(config, context, signal): Promise<Gathered<ParityData>> {
    signal.throwIfAborted();
    if (config.with === context.environment)
      return {
        status: 'not-measured',
        reason: `${context.environment} cannot be compared with itself.`,
        next: `Say where the check runs, such as  not-in: [${config.with}].`,
      };
    const here = await context.hashedVariables(context.environment);
    const there = await context.hashedVariables(config.with);
    signal.throwIfAborted();
    if (here === null || there === null)
      return {
        status: 'not-measured',
        reason: `There is no environment "${config.with}" to compare with.`,
        next: 'Correct "with" to a name that stands under environments.',
      };
    const names = { here: context.environment, there: config.with };
    return { status: 'measured', data: { ...names, ...compareVariables(here, there) } };
  },

  judge(config, data): Judgement {
    const findings = findingsOf(config, data);
    const outcome = worst(findings.map((finding) => finding.outcome));
    const both = `${data.here} and ${data.there}`;
    if (outcome === 'pass')
      return { outcome, reason: `${both} are as they should be: ${findings.map(told).join('; ')}.`, findings };
    const wrong = findings.filter((finding) => finding.outcome !== 'pass');
    const few = wrong.slice(0, 10).map(told).join('; ');
    return {
      ...{ outcome, findings },
      reason: `${counted(wrong.length, 'difference')} from what ${both} should be: ${few}${wrong.length > 10 ? '; …' : ''}.`,
      ...(outcome === 'error' ? unread : adviceFor(data)),
    };
  },
};

const told = ({ name, value }: Finding): string => `${name}: ${value}`;

const unread = {
  cause: 'A value that this machine cannot read was compared with nothing.',
  next: 'Make the secrets of both environments readable where this runs, for as long as it runs, or run the check where they are.',
};

const adviceFor = ({ here, there }: ParityData) => ({
  cause: `${here} was configured by copying ${there}, or the other way round.`,
  next: `Give ${here} values of its own where they are named; what is meant to be so goes into "shared", "expected" or out of "same" and "different".`,
});
