import type { z } from 'zod';
import { fail } from '../domain/failure.ts';

/** Text of a file; null when there is none. */
export interface StateReader {
  read(path: string): Promise<string | null>;
}

/** A file of runtime state as its schema understands it; null when there is none. Throws `GR6402`. */
export async function readJson<T>(host: StateReader, path: string, schema: z.ZodType<T>): Promise<T | null> {
  const text = await host.read(path);
  if (text === null) return null;
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  // Guessing here could start a second copy or lower the fence.
  return fail({
    code: 'GR6402',
    message: 'A file of runtime state cannot be understood; Greenroom did not write it like this.',
    where: path,
    do: 'Look at what runs there, end it by hand, then remove this file.',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
