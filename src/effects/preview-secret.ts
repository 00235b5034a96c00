import { createHmac, randomBytes } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { claimDurably, readIfThere } from '../host/durable-file.ts';

const keyBytes = 32;

/**
 * The secret of one deployment's preview, 43 characters of A-Z a-z 0-9 _ and -. Drawn from a key that lies in the environment's folder and
 * nowhere else, so that whoever goes on with a deployment finds the same one, and it stands in no database.
 */
export async function previewSecret(directory: string, deployment: string): Promise<string> {
  const file = path.join(directory, 'preview.key');
  const key = (await readIfThere(file)) ?? (await newKey(file));
  if (key.length < keyBytes) throw new Error(`${file} is not the key that was written there`);
  return createHmac('sha256', key).update(deployment).digest('base64url');
}

/** Of many that ask first, one makes it. */
async function newKey(file: string): Promise<Buffer> {
  await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
  await claimDurably(file, randomBytes(keyBytes).toString('base64url'));
  return (await readIfThere(file)) ?? Buffer.alloc(0);
}
