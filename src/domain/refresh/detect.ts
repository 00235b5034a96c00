// What a column or a leaf of JSON seems to hold, from its name, its type, what stands around it and some of its values. It proposes; the file decides.
import { detectors, isNumbered, type Detector } from './detectors.ts';
import type { MaskerName } from './maskers.ts';
import type { Family } from './source-schema.ts';
import { asWords, nowhere, type Surroundings } from './surroundings.ts';
import { isProse, isRandom } from './value-shapes.ts';

export interface Detected {
  readonly masker: MaskerName;
  /** `sure`: name and values agree, or the values leave no doubt. `likely`: one of them says so. */
  readonly confidence: 'sure' | 'likely';
  /** For people: what spoke for it; counts, and never a value. */
  readonly because: string;
}

/** `zip2`, `phone_1`: another one of the same. */
const secondOf = /_?[1-9]$/;

/** More of a text than this tells nothing new. */
const LONGEST_SAMPLE = 1000;
const texts: readonly Family[] = ['text', 'text-array', 'json'];

/** Null when nothing speaks for anything. */
export function detect(
  name: string,
  family: Family,
  samples: readonly (string | null)[],
  around: Surroundings = nowhere,
): Detected | null {
  const words = asWords(name);
  const bare = words.replace(secondOf, '');
  const values = tellingOf(samples, family);
  let likely: Detected | null = null;
  for (const detector of detectors) {
    if (!detector.families.includes(family) || detector.where?.(around) === false) continue;
    const found = weigh(detector, { name, isNamed: detector.name.test(words) || detector.name.test(bare), values });
    if (found?.confidence === 'sure') return found;
    likely ??= found;
  }
  return likely ?? (texts.includes(family) ? (randomIn(words, values) ?? proseIn(values)) : null);
}

/** What there is to look at: elements of arrays one by one, blanks left out. */
export const tellingOf = (samples: readonly (string | null)[], family: Family): readonly string[] =>
  samples.flatMap((sample) => {
    if (sample === null || sample.trim() === '') return [];
    const all = family === 'text-array' ? elementsOf(sample) : [sample];
    return all.map((each) => each.slice(0, LONGEST_SAMPLE)).filter((each) => each.trim() !== '');
  });

/** Of an array as PostgreSQL writes it; what is none stands for itself. */
function elementsOf(written: string): readonly string[] {
  if (!/^\{.*\}$/s.test(written)) return [written];
  const found = written.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^,{}"]+)/gs);
  return [...found].flatMap(([, quoted, bare]) =>
    quoted === undefined ? (bare === 'NULL' ? [] : [bare!]) : [quoted.replace(/\\(.)/gs, '$1')],
  );
}

interface Seen {
  readonly name: string;
  readonly isNamed: boolean;
  readonly values: readonly string[];
}

function weigh(
  { masker, fits, tells, least = 0, isValueNeeded }: Detector,
  { name, isNamed, values }: Seen,
): Detected | null {
  if (isValueNeeded && values.length === 0) return null;
  const agreeing = shareOf(values, isNamed ? fits : tells);
  const telling = shareOf(values, tells);
  const percent = (share: number): string => `${Math.round(share * 100)} % of ${values.length} values`;
  const shown = agreeing !== null && agreeing > 0 ? [percent(agreeing)] : [];
  const because = [...(isNamed ? [`its name "${name}"`] : []), ...shown].join(' and ');
  if (telling !== null && telling >= 0.8) return { masker, confidence: 'sure', because };
  if (isNamed && (fits === null || (agreeing !== null && agreeing >= 0.5)))
    return { masker, confidence: 'sure', because };
  // Some values of a column may be somebody's where most are not.
  const isLikely = isNamed ? agreeing === null || agreeing > least : telling !== null && telling >= 0.1;
  return isLikely ? { masker, confidence: 'likely', because } : null;
}

/** Share of the values that say so; null when there are none, or nothing tells. */
function shareOf(values: readonly string[], test: ((text: string) => boolean) | null): number | null {
  if (!test || values.length === 0) return null;
  return values.filter(test).length / values.length;
}

/** Long and mixed as only a machine writes, and hardly ever twice: a key to something. */
function randomIn(words: string, values: readonly string[]): Detected | null {
  if (isNumbered.test(words) || values.length < 2) return null;
  const share = shareOf(values, isRandom)!;
  const isDifferent = new Set(values).size > values.length / 2;
  return share >= 0.4 && isDifferent
    ? { masker: 'token', confidence: 'likely', because: `${Math.round(share * 100)} % of its values look random` }
    : null;
}

/** Long texts of many different words hold whatever people wrote. */
function proseIn(values: readonly string[]): Detected | null {
  const share = shareOf(values, isProse);
  return share === null || share < 0.1
    ? null
    : { masker: 'text', confidence: 'likely', because: `${Math.round(share * 100)} % of its values are prose` };
}
