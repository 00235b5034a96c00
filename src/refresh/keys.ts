// One key of the project becomes one for each kind of value (HKDF, RFC 5869). The set of originals has its own, drawn for the run.
import { hkdfSync, randomBytes } from 'node:crypto';
import { fail } from '../domain/failure.ts';
import { keyPlaces, type Keys } from '../kernel/kernel.ts';

const FEWEST_BYTES = 16;

/** `secret`: at least 16 bytes that staging never sees. The same secret gives the same masks in every database; null draws one that is gone after the run. */
export function deriveKeys(secret: Uint8Array | null): Keys {
  if (secret !== null && secret.length < FEWEST_BYTES)
    fail({
      code: 'GR5009',
      message: `The key of the refresh has ${secret.length} bytes; fewer than ${FEWEST_BYTES} can be tried out.`,
      do: 'Draw one with  openssl rand -hex 32  and put it where the other secrets of the source are.',
    });
  const material = secret ?? randomBytes(32);
  const derive = (name: string): Uint8Array => {
    const from = name === 'leak' ? randomBytes(32) : material;
    return new Uint8Array(hkdfSync('sha256', from, 'greenroom refresh 1', `class:${name}`, 16));
  };
  return Object.fromEntries(Object.keys(keyPlaces).map((name) => [name, derive(name)])) as unknown as Keys;
}

/** By what a share of rows is told; hexadecimal. It stands in statements for the source and says nothing of the other keys. */
export function deriveSubsetKey(secret: Uint8Array | null): string {
  const derived = hkdfSync('sha256', secret ?? randomBytes(32), 'greenroom refresh 1', 'subset', 16);
  return Buffer.from(derived).toString('hex');
}
