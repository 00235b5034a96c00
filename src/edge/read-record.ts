import type { z } from 'zod';
import { readIfThere } from '../host/durable-file.ts';

/** Null when there is no such file. Throws when it is there and is not what the schema says. */
export async function readRecord<T>(path: string, schema: z.ZodType<T>): Promise<T | null> {
  const text = await readIfThere(path);
  return text === null ? null : schema.parse(JSON.parse(text.toString('utf8')));
}
