import { createHmac, randomBytes } from 'node:crypto';
import type { Hash } from '../domain/json.ts';

/**
 * A hash under a key that is drawn for it and kept nowhere. It tells whether two texts are the same, and whoever sees it later cannot try
 * passwords against it.
 */
export function keyedHash(): Hash {
  const key = randomBytes(32);
  return (text) => createHmac('sha256', key).update(text).digest('base64url');
}
