import { z } from 'zod';
import { parseDuration, parseShare, parseSize } from '../domain/duration.ts';

const parsed = (parse: (text: string) => number | null, expected: string) =>
  z.union([z.string(), z.number()]).transform((text, context) => {
    const value = parse(String(text));
    if (value !== null) return value;
    context.addIssue({ code: 'custom', message: `expected ${expected}, not "${text}"` });
    return z.NEVER;
  });

/** `30s`, `500ms`, `2m`, `1m30s` → milliseconds. */
export const durationMs = () =>
  parsed(parseDuration, 'a duration such as 30s, 500ms or 2m').meta({ format: 'duration' });
/** A time limit → milliseconds: longer than nothing, in which no answer can come. */
export const limitMs = () =>
  parsed((text) => parseDuration(text) || null, 'a duration longer than 0s, such as 30s, 500ms or 2m').meta({
    format: 'duration',
  });
/** `10MiB` → bytes. */
export const sizeBytes = () => parsed(parseSize, 'a size such as 10MiB or 500kB').meta({ format: 'size' });
/** `0.1%` or `0.001` → ratio. */
export const share = () => parsed(parseShare, 'a share such as 0.1% or 0.001').meta({ format: 'share' });
/** `200/s` or `200` → per second. */
export const ratePerSecond = () =>
  parsed((text) => {
    const match = /^(\d+(?:\.\d+)?)(?:\/(s|m))?$/.exec(text);
    return match ? Number(match[1]) / (match[2] === 'm' ? 60 : 1) : null;
  }, 'a rate such as 200/s or 30/m').meta({ format: 'rate' });
/** Where copies are made that are thrown away. */
export const scratchServer = () =>
  z
    .string()
    .min(1)
    .optional()
    .describe(
      'A superuser’s address of the scratch server, as a reference: `"${REHEARSAL_SERVER}"`. Default: the PostgreSQL that Greenroom embeds, where the database is of it.',
    );
