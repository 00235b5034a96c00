// What a column seems to hold, from its name, its type and some of its values. It proposes; the file decides.
import { leavesOf, parseJsonPath } from './json-path.ts';
import type { MaskerName } from './maskers.ts';
import { familyOf, type Family, type SourceColumn } from './source-schema.ts';

export interface Detected {
  readonly masker: MaskerName;
  /** `sure`: name and values agree, or the values leave no doubt. `likely`: one of them says so. */
  readonly confidence: 'sure' | 'likely';
  /** For people: what spoke for it. */
  readonly because: string;
}

/** More of a text than this tells nothing new. */
const LONGEST_SAMPLE = 1000;

interface Detector {
  readonly masker: MaskerName;
  /** Of the last words of a name, in small letters with `_` between. */
  readonly name: RegExp;
  /** Whether a value looks like one; null when nothing tells. */
  readonly value: ((text: string) => boolean) | null;
  /** The values alone are enough. */
  readonly isTelling: boolean;
  readonly families: readonly Family[];
}

const digitsOf = (text: string): string => text.replace(/\D/g, '');
const passesLuhn = (text: string): boolean => {
  const sum = Array.from(digitsOf(text), Number)
    .toReversed()
    .reduce((all, digit, i) => all + (i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2), 0);
  return sum % 10 === 0;
};
const likeName = /^\p{Lu}[\p{L}'’.-]+(?:,? \p{Lu}[\p{L}'’.-]*){0,3}$/u;
const hasFamily = (...families: Family[]): Pick<Detector, 'families'> => ({ families });
const both = hasFamily('text', 'text-array', 'json');
const isWord = (text: string): boolean => likeName.test(text);

/** The first that fits best wins; the particular stand before the general. */
const detectors: readonly Detector[] = [
  {
    masker: 'email',
    name: /(?:^|_)e_?mails?(?:_address(?:es)?)?$|(?:^|_)mail$|(?:^|_)(?:recipient|sender|reply_to)$/,
    value: (text) => /^\s*[^\s@<>]+@[^\s@<>]+\.[\p{L}\d-]{2,}\s*$/u.test(text),
    isTelling: true,
    ...both,
  },
  {
    masker: 'iban',
    name: /(?:^|_)iban$/,
    value: (text) => /^[A-Z]{2}\d{2}(?: ?[A-Z\d]{4}){2,7}(?: ?[A-Z\d]{1,4})?$/.test(text),
    isTelling: true,
    ...both,
  },
  {
    masker: 'card',
    name: /(?:^|_)(?:card|pan|card_(?:number|no))$|credit_?card/,
    value: (text) => /^[\d -]{13,23}$/.test(text) && /^\d{13,19}$/.test(digitsOf(text)) && passesLuhn(text),
    isTelling: true,
    ...both,
  },
  {
    masker: 'token',
    name: /(?:^|_)(?:token|secret|password|passwd|pwd|hash|digest|api_?key|private_key|session_(?:id|key)|otp|pin|salt|signature|cookie|nonce)s?$|password|secret|(?:^|_)auth_/,
    value: (text) => /^(?:\$2[aby]?\$|\$argon2|pbkdf2|sk_(?:live|test)_|gh[pousr]_|xox[bp]-|eyJ[\w-]+\.)/.test(text),
    isTelling: true,
    ...both,
  },
  {
    masker: 'ip',
    name: /(?:^|_)ip(?:_?(?:addr(?:ess)?|v4|v6))?$|(?:^|_)(?:remote|client|peer)_addr(?:ess)?$/,
    value: (text) => /^(?:\d{1,3}\.){3}\d{1,3}(?:\/\d+)?$|^[\da-f]{0,4}(?::[\da-f]{0,4}){2,7}(?:\/\d+)?$/i.test(text),
    isTelling: true,
    ...hasFamily('text', 'text-array', 'json', 'network'),
  },
  { masker: 'mac', name: /(?:^|_)mac(?:_?addr(?:ess)?)?$/, value: null, isTelling: false, ...hasFamily('mac') },
  {
    masker: 'given-name',
    name: /(?:^|_)(?:first_?name|given_?name|forename|middle_?name|fname|vorname|nick_?name)$/,
    value: isWord,
    isTelling: false,
    ...both,
  },
  {
    masker: 'family-name',
    name: /(?:^|_)(?:last_?name|family_?name|surname|lname|nachname|maiden_?name)$/,
    value: isWord,
    isTelling: false,
    ...both,
  },
  {
    masker: 'company',
    name: /(?:^|_)(?:company|employer|organi[sz]ation|org|business|firm)(?:_?name)?$/,
    value: (text) => /\p{L}/u.test(text),
    isTelling: false,
    ...both,
  },
  {
    masker: 'full-name',
    name: /(?:^|_)(?:full_?name|real_?name|display_?name|contact(?:_?name)?|customer_?name|user_?name|person|author|owner_?name|holder|signed_by|recipient_?name|assignee)$|^name$/,
    value: isWord,
    isTelling: false,
    ...both,
  },
  {
    masker: 'digits',
    name: /(?:^|_)(?:phone|mobile|tel|telephone|cell|fax|msisdn|whatsapp|sms)(?:_?(?:number|no|nr))?s?$|(?:^|_)(?:ssn|national_?id|tax_?(?:id|number)|passport(?:_?(?:no|number))?|nino|vat(?:_?(?:id|number))?|social_security(?:_number)?)$/,
    value: (text) =>
      /^\+?[\d\s()./-]{7,24}$/.test(text) && digitsOf(text).length >= 7 && !/^\d{4}-\d\d-\d\d/.test(text),
    isTelling: false,
    ...both,
  },
  {
    masker: 'street',
    name: /(?:^|_)(?:street|address(?:_?(?:line)?_?\d?)?|addr|addr_?\d|line_?[12])$/,
    value: (text) => /\p{L}{2}/u.test(text),
    isTelling: false,
    ...both,
  },
  {
    masker: 'place',
    name: /(?:^|_)(?:city|town|suburb|birth_?place|place_of_birth|district|county)$/,
    value: (text) => /\p{L}{2}/u.test(text),
    isTelling: false,
    ...both,
  },
  {
    masker: 'digits',
    name: /(?:^|_)(?:zip|zip_?code|postal_?code|post_?code|plz)$/,
    value: (text) => /\d/.test(text),
    isTelling: false,
    ...both,
  },
  {
    masker: 'url',
    name: /(?:^|_)(?:url|uri|link|website|homepage|webhook|callback|avatar|endpoint)(?:_url)?s?$/,
    value: (text) => /^[a-z][a-z\d+.-]*:\/\/\S+$/i.test(text),
    isTelling: true,
    ...both,
  },
  {
    masker: 'date-shift',
    name: /(?:^|_)(?:dob|birth_?(?:date|day)|date_of_birth|born(?:_on|_at)?|death_?date|deceased_(?:on|at))$/,
    value: null,
    isTelling: false,
    ...hasFamily('day'),
  },
  {
    masker: 'band',
    name: /(?:^|_)(?:salary|income|wage|pay|compensation|net_?worth|balance)$/,
    value: null,
    isTelling: false,
    ...hasFamily('whole', 'fraction'),
  },
  {
    masker: 'bytes',
    name: /(?:^|_)(?:avatar|photo|picture|image|selfie|fingerprint|signature|scan|thumbnail)(?:_(?:data|bytes|blob))?$/,
    value: null,
    isTelling: false,
    ...hasFamily('bytes'),
  },
  {
    masker: 'text',
    name: /(?:^|_)(?:note|notes|comment|comments|body|message|description|bio|about|content|text|subject|title|transcript|summary|feedback|reason|remarks?|review)s?$/,
    value: (text) => /\S+@\S+\.\S+|\+?\d[\d ().-]{7,}\d/.test(text) || text.split(' ').length > 4,
    isTelling: false,
    ...both,
  },
];

/** `userEmail`, `USER_EMAIL` and `user-email` are one. */
const asWords = (name: string): string =>
  name
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/[^\p{L}\d]+/gu, '_')
    .replace(/^_|_$/g, '')
    .toLowerCase();

/** Share of the values that say so; null when there are none. */
function shareOf(values: readonly string[], test: Detector['value']): number | null {
  if (!test || values.length === 0) return null;
  return values.filter(test).length / values.length;
}

/** What a column, or a leaf of JSON by its last key, seems to hold; null when nothing speaks for anything. */
export function detect(name: string, family: Family, samples: readonly (string | null)[]): Detected | null {
  const words = asWords(name);
  const values = samples.flatMap((sample) =>
    sample === null || sample.trim() === '' ? [] : [sample.slice(0, LONGEST_SAMPLE)],
  );
  let likely: Detected | null = null;
  for (const { masker, name: shape, value, isTelling, families } of detectors) {
    if (!families.includes(family)) continue;
    const isNamed = shape.test(words);
    const share = shareOf(values, value);
    const because = [
      ...(isNamed ? [`its name "${name}"`] : []),
      ...(share !== null && share >= 0.5 ? [`${Math.round(share * 100)} % of ${values.length} values`] : []),
    ].join(' and ');
    const isSure = isTelling && share !== null && share >= 0.8;
    if (isSure || (isNamed && (value === null || (share !== null && share >= 0.5))))
      return { masker, confidence: 'sure', because };
    // Some values of a column may be somebody's where most are not.
    const isLikely = (isNamed && (share === null || share > 0)) || (isTelling && share !== null && share >= 0.1);
    if (isLikely)
      likely ??= {
        masker,
        confidence: 'likely',
        because: because || `${Math.round((share ?? 0) * 100)} % of its values`,
      };
  }
  return likely ?? proseIn(family, values);
}

/** Long texts of many different words hold whatever people wrote. */
function proseIn(family: Family, values: readonly string[]): Detected | null {
  if (!['text', 'text-array', 'json'].includes(family) || values.length === 0) return null;
  const share = shareOf(values, (text) => text.length > 60 && text.split(/\s+/).length > 8)!;
  return share < 0.1
    ? null
    : { masker: 'text', confidence: 'likely', because: `${Math.round(share * 100)} % of its values are prose` };
}

export interface DetectedLeaf {
  readonly path: string;
  readonly detected: Detected;
}

/** What the leaves of a JSON column seem to hold, each by its last key. */
export function detectLeaves({ samples }: SourceColumn): readonly DetectedLeaf[] {
  const leaves = new Map<string, string[]>();
  for (const sample of samples) {
    try {
      if (sample !== null) leavesOf(JSON.parse(sample), '', leaves);
    } catch {
      // a sample that was cut says nothing
    }
  }
  return [...leaves].flatMap(([path, texts]) => {
    const key = parseJsonPath(path)?.findLast((step) => step.kind === 'key');
    const detected = detect(key?.kind === 'key' ? key.key : '', 'json', texts);
    return detected
      ? [{ path, detected: { ...detected, because: `${path === '' ? 'its root' : `"${path}"`}: ${detected.because}` } }]
      : [];
  });
}

/** Of JSON: what its most certain leaf holds. */
export function detectColumn(column: SourceColumn): Detected | null {
  const family = familyOf(column.type);
  if (family !== 'json') return detect(column.name, family, column.samples);
  const leaves = detectLeaves(column).map(({ detected }) => detected);
  return leaves.find(({ confidence }) => confidence === 'sure') ?? leaves[0] ?? null;
}
