import { z } from 'zod';
import { inside } from '../../kinds/command-line.ts';
import { durationMs, limitMs } from '../../kinds/fields.ts';
import { pattern } from '../../kinds/pattern.ts';
import { parseJsonPath } from '../../kinds/json-path.ts';

const statusCode = z.int().min(100).max(599);
const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
/** Every body contains the empty text: such a check could not fail. */
const contained = z.string().min(1);
const jsonPath = z
  .string()
  .refine((text) => parseJsonPath(text) !== null, { error: 'is no JSON path such as $.status or $.items[0].id' });

export const httpSchema = z
  .strictObject({
    service: z.string().optional().describe('Service to ask. Default: the first one.'),
    path: z.string().default('/').describe('Path and query on that service.'),
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('A whole address instead of service and path.'),
    method: z
      .enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
      .default('GET')
      .describe('Request method.'),
    headers: z.record(z.string(), z.string()).default({}).describe('Request headers.'),
    body: z.union([z.string(), z.json()]).optional().describe('Request body; anything but a text is sent as JSON.'),
    status: z
      .union([statusCode.transform((one) => [one]), z.array(statusCode).min(1)])
      .default([200])
      .describe('Status that is right, or a list of them.'),
    within: limitMs().prefault('500ms').describe('Slowest answer that is right, from the connection to the last byte.'),
    samples: z
      .int()
      .min(1)
      .max(50)
      .default(3)
      .describe('Requests made one after another; all must hold, the slowest counts.'),
    'body-contains': z
      .union([contained.transform((one) => [one]), z.array(contained).min(1)])
      .optional()
      .describe('Text, or texts, the body must contain.'),
    'body-matches': pattern().optional().describe('Regular expression (RE2) that the body must match.'),
    header: z
      .record(z.string(), z.union([z.string(), z.strictObject({ matches: pattern() })]))
      .optional()
      .describe('Response headers: the exact value, or `{ matches: <pattern> }`.'),
    json: z
      .record(jsonPath, z.union([scalar, z.strictObject({ exists: z.boolean() })]))
      .optional()
      .describe('JSON paths of the body: the exact value, or `{ exists: true }`.'),
    tls: z
      .strictObject({
        'valid-for': durationMs().prefault('14d').describe('How long the certificate must still be valid.'),
        trust: z
          .enum(['system', 'any'])
          .default('system')
          .describe('Whose certificates are good; `any` only looks at the date.'),
        authority: inside().optional().describe('File in the release with further authorities (PEM).'),
      })
      .optional()
      .describe('What its TLS certificate must be. Without it, an https address still needs one that can be trusted.'),
    'follow-redirects': z
      .boolean()
      .default(false)
      .describe('Follow up to five redirects instead of judging the first answer.'),
  })
  .refine((config) => config.url === undefined || config.service === undefined, {
    error: 'takes url or service, not both',
  });

export type HttpConfig = z.infer<typeof httpSchema>;
