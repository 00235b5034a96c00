import { z } from 'zod';
import { worst } from '../domain/outcome.ts';
import type { Check, CheckContext, Finding, Gathered, Judgement } from '../kinds/check.ts';
import { excerpt } from '../kinds/wording.ts';
import { readSigned, signedBytes, type Signed } from './signature/envelope.ts';
import { readStatement, type Said } from './signature/provenance.ts';

const publicKey = z.string().regex(/^\s*-----BEGIN PUBLIC KEY-----[\sA-Za-z0-9+/=]+-----END PUBLIC KEY-----\s*$/, {
  error: 'is no public key in PEM: it begins with -----BEGIN PUBLIC KEY-----',
});

const schema = z.strictObject({
  file: z
    .string()
    .min(1)
    .default('signatures/{digest}.json')
    .describe(
      'File with the signature, relative to greenroom.yaml; `{digest}` and `{version}` are those of the release.',
    ),
  signers: z
    .record(z.string().min(1), publicKey)
    .refine((all) => Object.keys(all).length > 0, 'expected at least one signer')
    .describe('Who may sign: public keys (PEM; ECDSA on P-256 or Ed25519) by name. One of them is enough.'),
  builders: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe(
      'Ids of builders that may have built it. Asks for a signed provenance (SLSA); a signature alone is not enough then.',
    ),
});
export type SignatureConfig = z.infer<typeof schema>;

export type SignatureData = { readonly file: string; readonly digest: string } & (
  | { readonly status: 'absent' }
  | { readonly status: 'unreadable' }
  | {
      readonly status: 'read';
      readonly form: Signed['form'];
      /** Allowed signers whose signature holds. */
      readonly signers: readonly string[];
      /** Of an envelope; null when it is no statement. Believed only when somebody allowed has signed it. */
      readonly said: Said | null;
    }
);

const MAX_FILE_BYTES = 1024 * 1024;

export const signature: Check<SignatureConfig, SignatureData> = {
  kind: 'signature',
  summary: "Verifies that somebody allowed has signed the release's digest, or its provenance, and who built it.",
  schema,
  runs: 'together',
  defaultIn: 'everywhere',

  async gather(config, context, signal): Promise<Gathered<SignatureData>> {
    signal.throwIfAborted();
    const { unusable } = context.effects.signatures.verify({
      message: new Uint8Array(),
      signatures: [],
      keys: config.signers,
    });
    if (unusable.length > 0)
      return {
        status: 'not-measured',
        reason: `Nothing can be verified with the key of ${unusable.join(', ')}.`,
        next: 'Give a public key in PEM, ECDSA on P-256 or Ed25519: "cosign generate-key-pair" and "openssl genpkey -algorithm ed25519" make them.',
      };
    const { digest } = context.release;
    const file = fileOf(config, context);
    const read = await context.effects.files.read(file.absolute, MAX_FILE_BYTES);
    const facts = { file: file.told, digest };
    if (read === null) return { status: 'measured', data: { ...facts, status: 'absent' } };
    const signed = read.truncated ? null : readSigned(read.text);
    if (signed === null) return { status: 'measured', data: { ...facts, status: 'unreadable' } };
    return { status: 'measured', data: { ...facts, status: 'read', ...verified(signed, config, context) } };
  },

  judge(config, data): Judgement {
    const findings = findingsOf(config, data);
    const outcome = worst(findings.map((finding) => finding.outcome));
    const wrong = findings.filter((finding) => finding.outcome !== 'pass').map(({ value }) => value);
    if (outcome === 'pass')
      return { outcome, reason: `The release is ${findings.map(({ value }) => value).join(', ')}.`, findings };
    return {
      ...{ outcome, findings, reason: `${data.digest} is not proven: ${wrong.join('; ')}.` },
      cause: 'It was not built and signed where releases are, or something was changed since.',
      next: `Let the pipeline sign this digest and write ${data.file}; deploy nothing that nobody answers for.`,
    };
  },
};

function fileOf({ file }: SignatureConfig, { projectDirectory, release }: CheckContext) {
  const hex = hexOf(release.digest);
  // A version is whatever somebody wrote: it may not lead out of the folder.
  const version = release.version.replaceAll(/[^\w.+-]/g, '_');
  const told = file.replaceAll('{digest}', hex).replaceAll('{version}', version);
  return { told, absolute: told.startsWith('/') ? told : `${projectDirectory}/${told}` };
}

const hexOf = (digest: string): string => digest.slice(digest.lastIndexOf(':') + 1);

function verified(signed: Signed, { signers: keys }: SignatureConfig, { effects, release }: CheckContext) {
  const { form, signatures } = signed;
  const signersOf = (message: Uint8Array) => effects.signatures.verify({ message, signatures, keys }).signers;
  if (signed.form === 'envelope')
    return {
      ...{ form, signers: signersOf(signedBytes(signed.payloadType, signed.payload)) },
      said: readStatement(signed.payloadType, signed.payload, hexOf(release.digest)),
    };
  // Tools that print a digest end its line, others do not: both are the digest and nothing else.
  const texts = [release.digest, `${release.digest}\n`].map((text) => new TextEncoder().encode(text));
  return { form, signers: [...new Set(texts.flatMap((text) => signersOf(text)))].toSorted(), said: null };
}

function findingsOf(config: SignatureConfig, data: SignatureData): readonly Finding[] {
  const allowed = `signed by ${Object.keys(config.signers).join(' or ')}`;
  const finding = (name: string, isGood: boolean, value: string, threshold: string): Finding => ({
    ...{ name, outcome: isGood ? 'pass' : 'fail', value, threshold },
  });
  if (data.status === 'absent') return [finding('signature', false, `there is no ${data.file}`, allowed)];
  if (data.status === 'unreadable')
    return [finding('signature', false, `${data.file} is neither a signature nor an envelope`, allowed)];
  const { signers, said, form, file } = data;
  const isSigned = signers.length > 0;
  const signed = isSigned
    ? `signed by ${signers.join(' and ')}`
    : `${file} holds no signature of an allowed signer over it`;
  const findings = [finding('signature', isSigned, signed, allowed)];
  if (form === 'envelope') {
    const isOfIt = isSigned && said?.isOfRelease === true;
    const value = isOfIt
      ? 'named by its provenance'
      : said
        ? 'the statement is of something else'
        : 'the envelope holds no statement';
    findings.push(finding('subject', isOfIt, value, 'the digest of this release'));
  }
  if (config.builders === undefined) return findings;
  const builder = said?.builder ?? null;
  const isAllowed = isSigned && builder !== null && config.builders.includes(builder);
  const value = builder === null ? 'no provenance names a builder' : `built by ${excerpt(builder)}`;
  return [...findings, finding('builder', isAllowed, value, config.builders.join(' or '))];
}
