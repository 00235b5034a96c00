import { createPublicKey, verify, type KeyObject } from 'node:crypto';
import type { Signatures } from '../kinds/effects.ts';

/** r and s of P-256 beside each other; DER, which tools write more often, is 8 to 72 bytes and begins with 0x30. */
const RAW_BYTES = 64;

/** Pure, and here because only few rooms hold keys. Which key it was is tried out: a hint in the file is anybody's to write. */
export const verifySignatures: Signatures['verify'] = ({ message, signatures, keys }) => {
  const decoded = signatures.map((signature) => Buffer.from(signature, 'base64url'));
  const named = Object.entries(keys).map(([name, text]) => ({ name, key: publicKey(text) }));
  return {
    signers: named
      .filter(({ key }) => key !== null && decoded.some((signature) => holds(message, signature, key)))
      .map(({ name }) => name)
      .toSorted(),
    unusable: named
      .filter(({ key }) => key === null)
      .map(({ name }) => name)
      .toSorted(),
  };
};

/** Null for anything but a public key of the two kinds: what else a text may hold (a private key, a certificate) is refused. */
function publicKey(text: string): KeyObject | null {
  if (!/^\s*-----BEGIN PUBLIC KEY-----/.test(text)) return null;
  try {
    const key = createPublicKey(text);
    const isP256 = key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
    return isP256 || key.asymmetricKeyType === 'ed25519' ? key : null;
  } catch {
    return null;
  }
}

function holds(message: Uint8Array, signature: Buffer, key: KeyObject): boolean {
  try {
    if (key.asymmetricKeyType === 'ed25519') return verify(null, message, key, signature);
    const encodings = signature.length === RAW_BYTES ? (['ieee-p1363', 'der'] as const) : (['der'] as const);
    return encodings.some((dsaEncoding) => verify('sha256', message, { key, dsaEncoding }, signature));
  } catch {
    return false;
  }
}
