import { z } from 'zod';
import { parsed } from './envelope.ts';

const payloadType = 'application/vnd.in-toto+json';
const statement = z.object({
  _type: z.enum(['https://in-toto.io/Statement/v1', 'https://in-toto.io/Statement/v0.1']),
  subject: z.array(z.object({ digest: z.record(z.string(), z.string()) })),
  predicateType: z.string(),
  predicate: z.unknown(),
});
const builder = z.object({ id: z.string() });
/** SLSA provenance v1, and v0.2 as older generators write it. */
const builders = {
  'https://slsa.dev/provenance/v1': z
    .object({ runDetails: z.object({ builder }) })
    .transform(({ runDetails }) => runDetails.builder.id),
  'https://slsa.dev/provenance/v0.2': z.object({ builder }).transform((predicate) => predicate.builder.id),
};

/** What an envelope says, whoever signed it. */
export interface Said {
  /** One of its subjects is this release. */
  readonly isOfRelease: boolean;
  readonly predicateType: string;
  /** Null when it is no provenance, or names none. */
  readonly builder: string | null;
}

/** Null when the payload is no in-toto statement. `digest` is 64 hex digits. */
export function readStatement(type: string, payload: Uint8Array, digest: string): Said | null {
  if (type !== payloadType) return null;
  const read = statement.safeParse(parsed(new TextDecoder().decode(payload)));
  if (!read.success) return null;
  const { subject, predicateType, predicate } = read.data;
  const named = Object.hasOwn(builders, predicateType)
    ? builders[predicateType as keyof typeof builders].safeParse(predicate)
    : null;
  return {
    isOfRelease: subject.some(({ digest: of }) => of['sha256']?.toLowerCase() === digest),
    predicateType,
    builder: named?.success ? named.data : null,
  };
}
