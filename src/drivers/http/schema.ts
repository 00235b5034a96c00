import { z } from 'zod';
import { durationMs } from '../../kinds/fields.ts';
import { parseJsonPath } from '../../kinds/json-path.ts';
import { apiBase, secretReference } from '../wish/remote-fields.ts';
import { addressBook, releaseAt } from '../wish/services.ts';
import { bodyTemplate, namesOf, template } from './template.ts';

const jsonPath = () =>
  z.string().refine((text) => parseJsonPath(text) !== null, { error: 'expected a path such as $.a.b[0]["c d"]' });
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const expected = () => z.record(jsonPath(), z.union([scalar, z.array(scalar).min(1)]));
const headers = () => z.record(z.string().regex(/^[A-Za-z0-9-]+$/), template());

const statuses = () => z.array(z.int().min(200).max(599)).min(1);

const follow = z
  .strictObject({
    path: template().describe('Where it is told how far it is, for example `/deployments/{answer.id}`.'),
    done: expected().describe('Values that say that it is done; all of them.'),
    failed: expected().describe('Values that say that it failed; any of them. Anything else: it goes on.'),
  })
  .describe('How an answer that only means "begun" is followed to its end.');

const actFields = {
  method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE']).default('POST').describe('Method.'),
  path: template().describe('Path below `base`.'),
  headers: headers().prefault({}).describe('Headers beside those of the driver.'),
  body: bodyTemplate().optional().describe('JSON whose texts may hold places.'),
  status: statuses().default([200, 201, 202, 204]).describe('Statuses that mean that it was taken.'),
  done: expected().optional().describe('Values that the answer must hold; else it failed.'),
  keep: z
    .record(z.string().regex(/^[A-Za-z0-9_-]+$/), jsonPath())
    .prefault({})
    .describe('Values of the answer that `follow` needs, as `{answer.NAME}`.'),
  follow: follow.optional(),
  repeatable: z
    .boolean()
    .optional()
    .describe('Whether the same request, with the same key, may be sent again when nobody saw its answer.'),
};
const act = () =>
  z.strictObject(actFields).superRefine((one, context) => {
    for (const name of namesOf(one.follow?.path).filter((each) => each.startsWith('answer.')))
      if (!Object.hasOwn(one.keep, name.slice('answer.'.length)))
        context.addIssue({ code: 'custom', path: ['keep'], message: `{${name}} is used by "follow" and not kept` });
  });

const apiState = z.strictObject({
  path: template().describe('Path that tells what runs; with `{service}` in it, it is asked for each service.'),
  headers: headers().prefault({}),
  none: z.array(z.int()).default([404]).describe('Statuses that say that nothing runs there.'),
  instances: jsonPath().default('$.instances').describe('An array, or with `{service}` in the path one object.'),
  service: jsonPath().default('$.service').describe('In each instance: name. Not read with `{service}` in the path.'),
  release: jsonPath().default('$.release').describe('In each instance: the release id it was started with.'),
  address: jsonPath().optional().describe('In each instance: `host:port`. Or `host` and `port`.'),
  host: jsonPath().default('$.host'),
  port: jsonPath().default('$.port'),
  started: jsonPath().default('$.startedAt').describe('In each instance: when it began, where it is told.'),
  running: expected()
    .optional()
    .describe('Only an instance with these values runs, for example `{ $.status: running }`.'),
});
const servicesState = z.strictObject({ addresses: addressBook(), ...releaseAt });

export const httpDriverSchema = z
  .strictObject({
    base: apiBase().describe('Where the API is.'),
    authority: z.string().min(1).optional().describe("File of PEM certificates trusted beside the system's own."),
    secrets: z
      .record(z.string().regex(/^[A-Za-z0-9_-]+$/), secretReference())
      .prefault({})
      .describe('Secrets by reference, for `{secret.NAME}`.'),
    headers: headers().prefault({}).describe('Headers of every request.'),
    'key-header': z
      .string()
      .regex(/^[A-Za-z0-9-]+$/)
      .default('Idempotency-Key')
      .describe('Header that names the wish: the same for each attempt.'),
    prepare: act().optional().describe('Makes ready for a release; starts nothing.'),
    start: act().describe('Starts one service of a release in a colour.'),
    stop: act().describe('Stops one service of a colour, whatever release it is of.'),
    state: z
      .union([apiState, servicesState])
      .describe('What runs: told by the API, or asked of the services themselves.'),
    'answer-within': limit('2m').prefault('30s').describe('Longest time of one request, at most 2m.'),
    within: durationMs().prefault('10m').describe('Longest time until an act is done, and until the state shows it.'),
    every: durationMs().prefault('2s').describe('Between two looks at an act that goes on.'),
    'state-within': durationMs().prefault('30s').describe('Longest time until the state is known.'),
    'retry-for': durationMs().prefault('10m').describe('How long it is asked again when it says "later".'),
  })
  .superRefine((config, context) => {
    for (const name of namesOf(config).filter((each) => each.startsWith('secret.')))
      if (!Object.hasOwn(config.secrets, name.slice('secret.'.length)))
        context.addIssue({ code: 'custom', path: ['secrets'], message: `{${name}} is used and not among the secrets` });
    const places = [config, config.prepare, config.start, config.stop, config.state];
    for (const header of places.flatMap((each) =>
      Object.entries((each as { headers?: object } | undefined)?.headers ?? {}),
    ))
      if (/^(proxy-)?authorization$|^cookie$/i.test(header[0]) && !String(header[1]).includes('{secret.'))
        context.addIssue({
          code: 'custom',
          path: ['headers'],
          message: `${header[0]} must take its value from {secret.NAME}`,
        });
  });

function limit(longest: '2m') {
  return durationMs().refine((ms) => ms <= 120_000, { error: `expected at most ${longest}` });
}

export type HttpDriverConfig = z.infer<typeof httpDriverSchema>;
export type ActConfig = HttpDriverConfig['start'];
