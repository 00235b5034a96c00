import { z } from 'zod';
import { parse } from 'yaml';
import { pattern } from '../../kinds/pattern.ts';

const types = ['string', 'integer', 'number', 'boolean', 'url', 'port', 'duration', 'enum'] as const;

const declaration = z
  .strictObject({
    type: z.enum(types).default('string'),
    required: z.boolean().default(true),
    /** RE2; must match somewhere. */
    pattern: pattern().optional(),
    /** Of numbers the value, of texts the length. */
    min: z.number().optional(),
    max: z.number().optional(),
    values: z.array(z.coerce.string()).min(1).optional(),
    secret: z.boolean().default(false),
    /** Environments that need it. Default: all. */
    in: z.array(z.string()).min(1).optional(),
    description: z.string().optional(),
  })
  .refine((one) => one.type !== 'enum' || one.values !== undefined, { error: 'an enum needs values' });

const schemaFile = z.strictObject({ variables: z.record(z.string().regex(/^[A-Za-z_]\w*$/), declaration) });

export type Declaration = z.infer<typeof declaration>;
export type SchemaFile =
  | { readonly status: 'read'; readonly variables: Readonly<Record<string, Declaration>> }
  | { readonly status: 'wrong'; readonly reason: string };

/** YAML 1.2, unique keys, few aliases; the first three mistakes are told. */
export function readSchemaFile(text: string): SchemaFile {
  let document: unknown;
  try {
    document = parse(text, { maxAliasCount: 50, uniqueKeys: true, logLevel: 'error' });
  } catch (error) {
    return {
      status: 'wrong',
      reason: error instanceof Error ? (error.message.split('\n')[0] ?? '') : 'it is not YAML',
    };
  }
  const read = schemaFile.safeParse(document);
  if (read.success) return { status: 'read', variables: read.data.variables };
  const mistakes = read.error.issues
    .slice(0, 3)
    .map((issue) => `${issue.path.join('.') || 'the file'}: ${issue.message}`);
  return { status: 'wrong', reason: mistakes.join('; ') };
}
