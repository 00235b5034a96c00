import { z } from 'zod';
import { limitMs } from '../../kinds/fields.ts';

const service = {
  url: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Base address of the flag service; `/ofrep/v1/…` is added. Default: what the variable says.'),
  variable: z.string().min(1).default('FLAGS_URL').describe('Variable of the environment that holds the base address.'),
  token: z.string().min(1).optional().describe('Variable that holds the bearer token.'),
  'api-key': z.string().min(1).optional().describe('Variable that holds the key sent as X-API-Key.'),
};

export const flagsSchema = z
  .strictObject({
    ...service,
    context: z
      .record(z.string(), z.json())
      .default({})
      .describe('Evaluation context that is sent with every question, such as `targetingKey`.'),
    expect: z.record(z.string().min(1), z.json()).default({}).describe('Flags by name and the value they must have.'),
    absent: z.array(z.string().min(1)).default([]).describe('Flags that the service must not know here.'),
    'same-as': z
      .strictObject({
        ...service,
        variable: z
          .string()
          .min(1)
          .default('PRODUCTION_FLAGS_URL')
          .describe('Variable of this environment that holds the base address of the other service.'),
        except: z.array(z.string().min(1)).default([]).describe('Flags that may differ.'),
      })
      .optional()
      .describe(
        'Another flag service, or another project of the same: every flag of either must have one value in both.',
      ),
    within: limitMs().prefault('2s').describe('Longest time for one answer.'),
  })
  .refine((config) => Object.keys(config.expect).length + config.absent.length > 0 || config['same-as'] !== undefined, {
    error: 'asks nothing: give expect, absent or same-as',
  })
  .refine((config) => !config.absent.some((name) => Object.hasOwn(config.expect, name)), {
    error: 'a flag is both expected and absent',
  });

export type FlagsConfig = z.infer<typeof flagsSchema>;
export type FlagService = Pick<FlagsConfig, 'url' | 'variable' | 'token' | 'api-key'>;
