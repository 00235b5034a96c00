// `refresh.lock`: the columns and types that people looked at when they last took the schema in. A source that is different stops the refresh.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { failed, ok, type Result } from '../domain/failure.ts';
import type { Looked } from '../domain/refresh/changes.ts';
import { readText } from './source-text.ts';

const shape = z.strictObject({ about: z.string(), columns: z.record(z.string(), z.string()) });
const about =
  'Columns and types that people looked at. Written by "greenroom refresh plan"; commit it beside refresh.yaml.';

export const lockBeside = (refreshFile: string): string => path.join(path.dirname(refreshFile), 'refresh.lock');

/** Null when there is none. */
export function loadRefreshLock(file: string): Result<Looked | null> {
  if (!existsSync(file)) return ok(null);
  const text = readText(file, path.basename(file), null);
  if (!text.ok) return text;
  const parsed = shape.safeParse(parseJson(text.value));
  if (parsed.success) return ok(parsed.data.columns);
  return failed({
    code: 'GR5073',
    message: 'refresh.lock is not as "greenroom refresh plan" writes it.',
    where: file,
    do: 'Take it back from the repository; or remove it, and run "greenroom refresh plan <environment> --write".',
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** One column a line, so that a change of the schema is one in the repository. */
export const lockText = (columns: Looked): string => `${JSON.stringify({ about, columns }, null, 2)}\n`;
