import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CheckContext, Judgement } from '../kinds/check.ts';
import { ask, checkContract } from '../kinds/testing/check-contract.ts';
import { signature } from './signature.ts';
import { signedBytes } from './signature/envelope.ts';
import { testContext, TREE } from './testing/world.ts';

const hex = TREE.slice('tree:sha256:'.length);
const ci = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ada = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const pem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();
const signers = { ci: pem(ci.publicKey), ada: pem(ada.publicKey) };
const builder = 'https://ci.medianest.example/builder/v1';

const signed = (text: string | Uint8Array, key = ci.privateKey): string =>
  sign(key === ada.privateKey ? null : 'sha256', typeof text === 'string' ? Buffer.from(text) : text, key).toString(
    'base64',
  );
const statement = (over: object = {}): object => ({
  ...{ _type: 'https://in-toto.io/Statement/v1', subject: [{ name: 'medianest', digest: { sha256: hex } }] },
  ...{ predicateType: 'https://slsa.dev/provenance/v1', predicate: { runDetails: { builder: { id: builder } } } },
  ...over,
});
function envelope(said: object, key = ci.privateKey, payloadType = 'application/vnd.in-toto+json'): object {
  const payload = Buffer.from(JSON.stringify(said));
  const sig = signed(signedBytes(payloadType, payload), key);
  return { payloadType, payload: payload.toString('base64'), signatures: [{ keyid: 'anything', sig }] };
}
const bundle = (content: object): object => ({
  ...{ mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', verificationMaterial: { publicKey: { hint: 'x' } } },
  ...content,
});

function withFile(written: object | string | null): CheckContext {
  const context = testContext();
  const folder = path.join(context.projectDirectory, 'signatures');
  mkdirSync(folder);
  if (written !== null)
    writeFileSync(
      path.join(folder, `${hex}.json`),
      typeof written === 'string' ? written : JSON.stringify(written, null, 2),
    );
  return context;
}
const judged = (written: object | string | null, config: object = {}): Promise<Judgement> =>
  ask(signature, { config: { signers, ...config }, context: withFile(written) });

checkContract(signature, {
  testUrl: import.meta.url,
  good: () => ({ config: { signers, builders: [builder] }, context: withFile(envelope(statement())) }),
  dead: () => ({ config: { signers }, context: withFile(null) }),
});

describe('F067 a signature over the digest', () => {
  test.each([
    ['base64 text', signed(TREE)],
    ['base64 text over a line', `${signed(`${TREE}\n`)}\n`],
    ['of Ed25519', signed(TREE, ada.privateKey)],
    ["cosign's old bundle", { base64Signature: signed(TREE), rekorBundle: null }],
    ['a Sigstore bundle', bundle({ messageSignature: { signature: signed(TREE), messageDigest: {} } })],
  ])('holds as %s', async (_, written) => {
    expect(await judged(written)).toMatchObject({
      outcome: 'pass',
      reason: expect.stringMatching(/signed by (ci|ada)/),
    });
  });

  test.each([
    ['missing', null, 'there is no signatures/777'],
    ['of a stranger', signed(TREE, stranger.privateKey), 'no signature of an allowed signer'],
    ['over another digest', signed(TREE.replace('7', '8')), 'no signature of an allowed signer'],
    [
      'a bundle of a stranger',
      bundle({ messageSignature: { signature: signed(TREE, stranger.privateKey) } }),
      'allowed',
    ],
    ['a keyless bundle', bundle({ dsseEnvelope: undefined }), 'neither a signature nor an envelope'],
    ['empty', '', 'neither'],
    ['no JSON', '{"base64Signature": ', 'neither'],
    ['words', 'signed by me, honestly', 'neither'],
    [
      'longer than what is read',
      JSON.stringify({ base64Signature: signed(TREE), more: 'x'.repeat(1 << 20) }),
      'neither',
    ],
  ])('%s is a fail', async (_, written, words) => {
    const judgement = await judged(written);
    expect(judgement).toMatchObject({ outcome: 'fail', next: expect.stringContaining('sign this digest') });
    expect(judgement.reason).toContain(words);
  });

  test('is not enough where a builder is asked for', async () => {
    expect(await judged(signed(TREE), { builders: [builder] })).toMatchObject({
      outcome: 'fail',
      reason: expect.stringContaining('no provenance names a builder'),
    });
  });
});

describe('F067 a provenance', () => {
  const asked = { builders: [builder] };
  const old = { predicateType: 'https://slsa.dev/provenance/v0.2', predicate: { builder: { id: builder } } };
  test.each([
    ['v1', envelope(statement())],
    ['in a Sigstore bundle', bundle({ dsseEnvelope: envelope(statement()) })],
    ['v0.2', envelope(statement({ ...old, _type: 'https://in-toto.io/Statement/v0.1' }))],
    ['of Ed25519', envelope(statement(), ada.privateKey)],
  ])('holds as %s', async (_, written) => {
    expect(await judged(written, asked)).toMatchObject({
      outcome: 'pass',
      reason: expect.stringContaining(`built by ${builder}`),
    });
  });

  const good = envelope(statement()) as { payload: string };
  const other = Buffer.from(JSON.stringify(statement({ subject: [] }))).toString('base64');
  test.each([
    ['of a stranger', envelope(statement(), stranger.privateKey), 'no signature of an allowed signer'],
    ['whose payload was changed', { ...good, payload: other }, 'no signature of an allowed signer'],
    ['whose type was changed', { ...good, payloadType: 'application/json' }, 'no signature of an allowed signer'],
    [
      'of another release',
      envelope(statement({ subject: [{ digest: { sha256: '8'.repeat(64) } }] })),
      'the statement is of something else',
    ],
    ['of nothing', envelope(statement({ subject: [] })), 'the statement is of something else'],
    [
      'of another builder',
      envelope(statement({ predicate: { runDetails: { builder: { id: 'https://laptop.example' } } } })),
      'built by https://laptop.example',
    ],
    ['without a builder', envelope(statement({ predicate: {} })), 'no provenance names a builder'],
    ['that is none', envelope(statement({ predicateType: 'https://example.com/review' })), 'no provenance names'],
    ['of another payload type', envelope(statement(), ci.privateKey, 'text/plain'), 'the envelope holds no statement'],
    ['without signatures', { ...good, signatures: [] }, 'neither a signature nor an envelope'],
  ])('%s is a fail', async (_, written, words) => {
    const judgement = await judged(written, asked);
    expect(judgement.outcome).toBe('fail');
    expect(judgement.reason).toContain(words);
  });
});

describe('the configuration', () => {
  test('takes public keys only, and one at least', () => {
    const secret = ci.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    for (const wrong of [{}, { ci: secret }, { ci: 'keys/ci.pub' }])
      expect(signature.schema.safeParse({ signers: wrong }).success).toBe(false);
  });

  test('a key that nothing can be verified with is an error, also beside a good one', async () => {
    const rsa = pem(generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey);
    expect(await judged(signed(TREE), { signers: { ...signers, rsa } })).toMatchObject({
      outcome: 'error',
      reason: expect.stringContaining('key of rsa'),
    });
  });

  test('a version in the name of the file does not lead out of the folder', async () => {
    const context = withFile(null);
    const release = { ...context.release, version: '../../etc/passwd' };
    const judgement = await ask(signature, {
      config: { signers, file: 'signatures/{version}.sig' },
      context: { ...context, release },
    });
    expect(judgement.reason).toContain('signatures/.._.._etc_passwd.sig');
  });
});
