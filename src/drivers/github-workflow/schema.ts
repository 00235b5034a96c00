import { z } from 'zod';
import { durationMs } from '../../kinds/fields.ts';
import { apiBase, secretReference } from '../wish/remote-fields.ts';
import { addressBook, releaseAt } from '../wish/services.ts';

export const githubSchema = z.strictObject({
  repository: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,100}\/[A-Za-z0-9_.-]{1,100}$/, { error: 'expected owner/name' })
    .describe('Repository with the workflow, as `owner/name`.'),
  workflow: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,200}$/, { error: 'expected the file name of a workflow, such as deploy.yml' })
    .describe('File name of the workflow, such as `greenroom-driver.yml`.'),
  ref: z.string().min(1).max(250).default('main').describe('Branch or tag whose workflow file runs.'),
  token: secretReference().describe('Token by reference: Actions read and write, and Checks read for addresses.'),
  api: apiBase().default('https://api.github.com').describe('API of a GitHub Enterprise Server, for example.'),
  authority: z.string().min(1).optional().describe("File of PEM certificates trusted beside the system's own."),
  'run-details': z
    .boolean()
    .default(true)
    .describe('Ask for the id of the run. `false` for a server that does not know `return_run_details`.'),
  addresses: addressBook()
    .optional()
    .describe('Where each service of each colour listens. Without it each run that starts one says so.'),
  ...releaseAt,
  'answer-within': durationMs()
    .refine((ms) => ms <= 120_000, { error: 'expected at most 2m' })
    .prefault('30s')
    .describe('Longest time of one request, at most 2m.'),
  'found-within': durationMs().prefault('2m').describe('How long a run whose id is not known is looked for.'),
  within: durationMs().prefault('30m').describe('Longest time until a run is over, and until the services show it.'),
  every: durationMs().prefault('10s').describe('Between two looks at a run.'),
  'retry-for': durationMs().prefault('15m').describe('How long it is asked again at a rate limit.'),
});
export type GithubConfig = z.infer<typeof githubSchema>;
