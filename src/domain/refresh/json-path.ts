/** A step into JSON: a key, any key, or every element. */
export type JsonStep =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'elements' };

const piece = /^(?:"((?:[^"\\]|\\.)*)"|(\*)|([^.[\]"*]+))?((?:\[\])*)(\.(?=.)|$)/;

/** `contacts[].email`, `*.phone`, `"a.b".c`, `[].name`; null when it is no path. What a path ends at is masked with all that is below. */
export function parseJsonPath(written: string): readonly JsonStep[] | null {
  const steps: JsonStep[] = [];
  let rest = written;
  while (rest !== '') {
    const found = piece.exec(rest);
    if (!found) return null;
    const [whole, quoted, any, bare, elements] = found;
    const key = quoted === undefined ? bare : quoted.replace(/\\(.)/g, '$1');
    if (any) steps.push({ kind: 'any' });
    else if (key !== undefined) steps.push({ kind: 'key', key });
    else if (elements === '' || steps.length > 0) return null;
    for (let i = 0; i < elements!.length; i += 2) steps.push({ kind: 'elements' });
    rest = rest.slice(whole.length);
  }
  return steps.length > 0 ? steps : null;
}

/** Whether what stands at the leaf is met by a rule for the path. */
export const covers = (path: readonly JsonStep[], leaf: readonly JsonStep[]): boolean =>
  path.every((step, i) => {
    const there = leaf[i];
    if (step.kind === 'key') return there?.kind === 'key' && there.key === step.key;
    return step.kind === 'any' ? there?.kind === 'key' : there?.kind === 'elements';
  });

const isPlain = /^[^.[\]"*]+$/;
const written = (key: string): string => (isPlain.test(key) ? key : `"${key.replace(/["\\]/g, '\\$&')}"`);

/** Keys of all objects by the path of the object. */
export function* keysOf(value: unknown, path = ''): Generator<readonly [path: string, key: string]> {
  if (Array.isArray(value)) for (const element of value) yield* keysOf(element, `${path}[]`);
  else if (value !== null && typeof value === 'object')
    for (const [key, member] of Object.entries(value)) {
      yield [path, key];
      yield* keysOf(member, path === '' ? written(key) : `${path}.${written(key)}`);
    }
}

/** Texts of all leaves by path; keys as they stand, elements as one. Numbers and booleans as their text. */
export function leavesOf(value: unknown, path = '', found = new Map<string, string[]>()): Map<string, string[]> {
  if (Array.isArray(value)) for (const element of value) leavesOf(element, `${path}[]`, found);
  else if (value !== null && typeof value === 'object')
    for (const [key, member] of Object.entries(value))
      leavesOf(member, path === '' ? written(key) : `${path}.${written(key)}`, found);
  else if (value !== null) {
    const texts = found.get(path) ?? [];
    texts.push(String(value));
    found.set(path, texts);
  }
  return found;
}
