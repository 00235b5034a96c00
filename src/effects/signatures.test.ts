import { createPublicKey, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { expect, test } from 'vitest';
import { verifySignatures } from './signatures.ts';

const pem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();
const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const ed25519 = generateKeyPairSync('ed25519');
const keys = { ci: pem(p256.publicKey), ada: pem(ed25519.publicKey) };
const message = new TextEncoder().encode('tree:sha256:77');
const base64 = (bytes: Buffer): string => bytes.toString('base64');

test('F067 who signed is told by the key that fits, whatever the order', () => {
  const signatures = [sign(null, message, ed25519.privateKey), sign('sha256', message, p256.privateKey)].map(base64);
  expect(verifySignatures({ message, signatures, keys })).toEqual({ signers: ['ada', 'ci'], unusable: [] });
  expect(verifySignatures({ message, signatures: signatures.slice(1), keys }).signers).toEqual(['ci']);
});

test('F067 another message, another signer and nonsense have no signer', () => {
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const good = base64(sign('sha256', message, p256.privateKey));
  const other = new TextEncoder().encode('tree:sha256:78');
  for (const [said, signatures] of [
    [other, [good]],
    [message, [base64(sign('sha256', message, stranger.privateKey))]],
    [message, []],
    [message, ['', 'AAAA', 'not base64 at all!', 'A'.repeat(86)]],
  ] as const)
    expect(verifySignatures({ message: said, signatures, keys }).signers).toEqual([]);
});

test('keys of other kinds are named as unusable, and nothing holds under them', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  const secret = p256.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const others = { rsa: pem(rsa.publicKey), p384: pem(p384.publicKey), secret, text: 'hello' };
  const signatures = [sign('sha256', message, rsa.privateKey), sign('sha256', message, p256.privateKey)].map(base64);
  const unusable = ['p384', 'rsa', 'secret', 'text'];
  expect(verifySignatures({ message, signatures, keys: others })).toEqual({ signers: [], unusable });
});

test('the test vector of the DSSE specification holds', () => {
  const coordinate = (decimal: bigint): string =>
    Buffer.from(decimal.toString(16).padStart(64, '0'), 'hex').toString('base64url');
  const jwk = {
    ...{ kty: 'EC', crv: 'P-256' },
    x: coordinate(46950820868899156662930047687818585632848591499744589407958293238635476079160n),
    y: coordinate(5640078356564379163099075877009565129882514886557779369047442380624545832820n),
  };
  const key = pem(createPublicKey({ key: jwk, format: 'jwk' }));
  const said = new TextEncoder().encode('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
  const signature = 'A3JqsQGtVsJ2O2xqrI5IcnXip5GToJ3F+FnZ+O88SjtR6rDAajabZKciJTfUiHqJPcIAriEGAHTVeCUjW2JIZA==';
  expect(verifySignatures({ message: said, signatures: [signature], keys: { key } }).signers).toEqual(['key']);
});
