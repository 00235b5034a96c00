import type { Json } from '../../domain/json.ts';
import { parseJsonPath, valueAt } from '../../kinds/json-path.ts';
import { excerpt } from '../../kinds/wording.ts';

type Scalar = string | number | boolean | null;
export type Expected = Readonly<Record<string, Scalar | readonly Scalar[]>>;

const at = (document: Json, path: string): Json | undefined => valueAt(document, parseJsonPath(path)!);
const isOneOf = (value: Json | undefined, wanted: Scalar | readonly Scalar[]): boolean =>
  (Array.isArray(wanted) ? wanted : [wanted]).includes(value as Scalar);

export const holdsAll = (document: Json, expected: Expected): boolean =>
  Object.entries(expected).every(([path, wanted]) => isOneOf(at(document, path), wanted));

export const holdsAny = (document: Json, expected: Expected): boolean =>
  Object.entries(expected).some(([path, wanted]) => isOneOf(at(document, path), wanted));

/** What stands at these paths, for people. */
export const seenAt = (document: Json, expected: Expected): string =>
  Object.keys(expected)
    .map((path) => `${path} is ${excerpt(JSON.stringify(at(document, path)) ?? 'missing', 100)}`)
    .join(', ');

/** A text or a number at a path, as text; null when there is none. */
export function textAt(document: Json, path: string): string | null {
  const value = at(document, path);
  return (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value) : null;
}

export const partAt = at;
