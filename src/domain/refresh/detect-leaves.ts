// JSON taken apart: every leaf by its path, with what it seems to hold. Keys that are data (somebody's id, an address) are written `*`, so that a path never tells a value.
import { detect, type Detected } from './detect.ts';
import { detectors } from './detectors.ts';
import { asWords, either, surroundingsOf, type Surroundings } from './surroundings.ts';

export interface Leaf {
  readonly path: string;
  /** The last key, as it stands; empty for a value that is no object. */
  readonly key: string;
  readonly texts: readonly string[];
  readonly around: Surroundings;
  readonly depth: number;
}

export interface DetectedLeaf {
  readonly path: string;
  readonly detected: Detected;
}

/** What the leaves of a JSON column seem to hold, each by its last key and the keys beside it. `outside`: of its table. */
export function detectLeaves(samples: readonly (string | null)[], outside: Surroundings): readonly DetectedLeaf[] {
  return leavesIn(samples, outside).flatMap(({ path, key, texts, around }) => {
    const detected = detect(key, 'json', texts, around);
    const where = path === '' ? 'its root' : `"${path}"`;
    return detected ? [{ path, detected: { ...detected, because: `${where}: ${detected.because}` } }] : [];
  });
}

/** Texts of all leaves; what is no JSON, or was cut, says nothing. */
export function leavesIn(samples: readonly (string | null)[], outside: Surroundings): readonly Leaf[] {
  const values = samples.flatMap((sample): unknown[] => {
    try {
      return sample === null ? [] : [JSON.parse(sample)];
    } catch {
      return [];
    }
  });
  return leavesOf(values, { path: '', key: '', around: outside, depth: 0 });
}

type Place = Omit<Leaf, 'texts'>;
type Members = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Members =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** What is nested deeper is not looked into, and said to be there. */
const DEEPEST = 60;

/** All values that stand at one place together, so that a level shows whether its keys are words or data. */
function leavesOf(values: readonly unknown[], at: Place): readonly Leaf[] {
  if (at.depth > DEEPEST) return values.length > 0 ? [{ ...at, texts: ['…'] }] : [];
  const texts = values.filter((value) => value !== null && typeof value !== 'object').map(String);
  const elements = values.filter((value) => Array.isArray(value)).flat(1) as readonly unknown[];
  const objects = values.filter(isObject);
  return [
    ...(texts.length > 0 ? [{ ...at, texts }] : []),
    ...(elements.length > 0 ? leavesOf(elements, { ...at, path: `${at.path}[]`, depth: at.depth + 1 }) : []),
    ...(objects.length > 0 ? leavesBelow(objects, at) : []),
  ];
}

function leavesBelow(objects: readonly Members[], at: Place): readonly Leaf[] {
  const counts = new Map<string, number>();
  for (const object of objects) for (const key of Object.keys(object)) counts.set(key, (counts.get(key) ?? 0) + 1);
  const words = [...counts.keys()].filter((key) => isVocabulary(key, counts, objects.length));
  const own = surroundingsOf(at.key, words);
  // The root is a row of its table.
  const around = at.path === '' ? either(own, at.around) : own;
  const below = (name: string): string => (at.path === '' ? name : `${at.path}.${name}`);
  const isWord = new Set(words);
  const others = objects.flatMap((object) =>
    Object.keys(object).flatMap((key) => (isWord.has(key) ? [] : [object[key]])),
  );
  return [
    ...words.flatMap((key) =>
      leavesOf(
        objects.flatMap((object) => (Object.hasOwn(object, key) ? [object[key]] : [])),
        { path: below(written(key)), key, around, depth: at.depth + 1 },
      ),
    ),
    ...leavesOf(others, { path: below('*'), key: '', around, depth: at.depth + 1 }),
  ];
}

const isPlain = /^[^.[\]"*]+$/;
const written = (key: string): string => (isPlain.test(key) ? key : `"${key.replace(/["\\]/g, '\\$&')}"`);

/** More different keys than this at one level are no vocabulary of a program. */
const MOST_KEYS = 60;

/**
 * Whether a key is a word of the program and may be said. A word that a detector knows is; others must look like words of programs, stand there
 * again and again, and not be among ever new ones.
 */
function isVocabulary(key: string, counts: ReadonlyMap<string, number>, objectCount: number): boolean {
  if (!/^[@$_]?[A-Za-z][\w$:.-]{0,39}$/.test(key) || /\d{4}|[\da-f]{12}/i.test(key)) return false;
  if (detectors.some(({ name }) => name.test(asWords(key)))) return true;
  const perObject = [...counts.values()].reduce((sum, each) => sum + each, 0) / objectCount;
  const isOpenEnded = counts.size > MOST_KEYS || counts.size > 4 * perObject;
  const isSeldom = objectCount >= 5 && counts.get(key)! < Math.max(2, objectCount / 20);
  return !isOpenEnded && !isSeldom;
}
