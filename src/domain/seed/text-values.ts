// Texts by what a column is called and what it seems to hold.
import { madeUpWord } from '../made-up-word.ts';
import { detect } from '../refresh/detect.ts';
import type { MaskerName } from '../refresh/maskers.ts';
import { asWords, type Surroundings } from '../refresh/surroundings.ts';
import { below, draw, pick } from './chance.ts';
import { familyName, givenName, numeral, sentence, title, uniqueWord, vocabulary } from './vocabulary.ts';

/** `index` is put in where no two may be alike; null where they may. */
export type TextMaker = (key: number, row: number, index: number | null) => string;

const digits = (count: number, key: number, row: number): string =>
  String(draw(key, row, 90) * 4096 + (draw(key, row, 91) % 4096))
    .padStart(count, '7')
    .slice(-count);
const numbered = (word: string, index: number | null): string => (index === null ? word : `${word} ${index + 1}`);
const hex = (key: number, row: number, index: number | null): string =>
  [0, 1, 2, 3].map((i) => draw(key, row, i).toString(16).padStart(8, '0')).join('') +
  (index === null ? '' : index.toString(16).padStart(8, '0'));

const personal: Readonly<Partial<Record<MaskerName, TextMaker>>> = {
  email: (key, row, index) => {
    const name = `${givenName(key, row)}.${familyName(key, row, 1)}`.toLowerCase();
    return `${name}${index === null ? '' : numeral(index)}@example.${pick(['com', 'net', 'org'], key, row, 2)}`;
  },
  'given-name': (key, row, index) => (index === null ? givenName(key, row) : uniqueWord(index)),
  'family-name': (key, row, index) => (index === null ? familyName(key, row) : uniqueWord(index)),
  'full-name': (key, row, index) =>
    `${givenName(key, row)} ${index === null ? familyName(key, row, 1) : uniqueWord(index)}`,
  company: (key, row, index) =>
    `${index === null ? familyName(key, row) : uniqueWord(index)} ${pick(['Works', 'Trade', 'Group', 'Labs'], key, row, 1)}`,
  street: (key, row, index) => numbered(`${1 + below(200, key, row)} ${familyName(key, row, 1)} Street`, index),
  place: (key, row, index) => (index === null ? familyName(key, row) : uniqueWord(index)),
  // 555-01xx is kept for made-up numbers; what comes before it rings nobody.
  digits: (key, row, index) =>
    index === null
      ? `+1 ${200 + below(800, key, row)} 555 01${digits(2, key, row)}`
      : `+1 555 01${digits(2, key, row)} ${index}`,
  token: (key, row, index) => (index === null ? hex(key, row, null).slice(0, 24) : hex(key, row, index)),
  ip: (key, row, index) => (index === null ? `203.0.113.${below(254, key, row) + 1}` : addressOf(index)),
  url: (key, row, index) =>
    `https://${madeUpWord(draw(key, row) % 4096, 2).toLowerCase()}.example.com/${index === null ? '' : numeral(index)}`,
  card: (key, row, index) =>
    withLuhn(`400000${(index === null ? digits(9, key, row) : String(index)).padStart(9, '0')}`),
  iban: (key, row, index) => ibanOf((index === null ? digits(10, key, row) : String(index)).padStart(18, '0')),
  text: (key, row, index) => numbered(sentence(4, 24, key, row), index),
};

/** Of the range for documentation, and of one for private networks where more are needed than it has. */
const addressOf = (index: number): string =>
  index < 254 ? `203.0.113.${index + 1}` : `10.${(index >>> 16) & 255}.${(index >>> 8) & 255}.${index & 255}`;

function withLuhn(payload: string): string {
  const sum = Array.from(payload, Number)
    .toReversed()
    .reduce((all, digit, i) => all + (i % 2 === 1 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2), 0);
  return payload + ((10 - (sum % 10)) % 10);
}

/** Of a German account that no bank has: the bank code is zeros. */
function ibanOf(account: string): string {
  const rest = Array.from(`${account}131400`, Number).reduce((all, digit) => (all * 10 + digit) % 97, 0);
  return `DE${String(98 - rest).padStart(2, '0')}${account}`;
}

const from =
  (words: readonly string[]): TextMaker =>
  (key, row, index) =>
    index === null
      ? pick(words, key, row)
      : `${words[index % words.length]!}${index < words.length ? '' : numeral(index)}`;
const titled: TextMaker = (key, row, index) => numbered(title(key, row), index);

/** What a name leaves no doubt of, whatever else it looks like. */
const plain: readonly (readonly [RegExp, TextMaker])[] = [
  [
    /(?:^|_)(?:zip|zip_?code|postal_?code|post_?code|plz)$/,
    (key, row, index) => (index === null ? digits(5, key, row) : String(index).padStart(5, '0')),
  ],
  [
    /(?:^|_)(?:user_?name|login|handle|nick_?name|screen_?name)$/,
    (key, row, index) => `${givenName(key, row).toLowerCase()}${index === null ? digits(2, key, row) : numeral(index)}`,
  ],
];

/** The first whose name fits. */
const ordinary: readonly (readonly [RegExp, TextMaker])[] = [
  [/(?:^|_)country(?:_code|_iso\d?)?$|^iso(?:2|_code)?$/, from(vocabulary.country)],
  [/(?:^|_)country_?name$/, from(vocabulary.countryName)],
  [/(?:^|_)currency(?:_code)?$/, from(vocabulary.currency)],
  [/(?:^|_)(?:locale|lang|language)(?:_code)?$/, from(vocabulary.language)],
  [/(?:^|_)(?:time_?zone|tz)$/, from(vocabulary.timezone)],
  [/(?:^|_)(?:status|state)$/, from(vocabulary.status)],
  [/(?:^|_)(?:type|kind|category|role|level|priority|tier|plan)$/, from(vocabulary.category)],
  [/(?:^|_)(?:mime|media|content)_?type$/, from(vocabulary.mediaType)],
  [/(?:^|_)user_?agent$/, from(vocabulary.agent)],
  [/(?:^|_)(?:http_)?(?:method|verb)$/, from(vocabulary.method)],
  [/(?:^|_)colou?r$/, (key, row) => `#${hex(key, row, null).slice(0, 6)}`],
  [/(?:^|_)(?:hash|sha\d*|md5|checksum|digest|etag|fingerprint)$/, hex],
  [
    /(?:^|_)version$/,
    (key, row, index) => `${index ?? below(4, key, row)}.${below(10, key, row, 1)}.${below(20, key, row, 2)}`,
  ],
  [
    /(?:^|_)(?:file_?name|path|file)$/,
    (key, row, index) => `${madeUpWord(index ?? draw(key, row) % 65_536, 3).toLowerCase()}.pdf`,
  ],
  [
    /(?:^|_)slug$/,
    (key, row, index) =>
      `${sentence(2, 3, key, row).toLowerCase().replaceAll(' ', '-')}${index === null ? '' : `-${numeral(index)}`}`,
  ],
  [
    /(?:^|_)(?:code|sku|number|no|nr|ref|reference|barcode|isbn|ean)$/,
    (key, row, index) => (index === null ? digits(8, key, row) : `${String(index + 1).padStart(8, '0')}`),
  ],
  [/(?:^|_)(?:title|name|label|headline|subject|product|item)$/, titled],
  [
    /(?:^|_)(?:description|summary|body|content|text|note|notes|comment|comments|message|reason|details|bio|about)$/,
    personal.text!,
  ],
];

const fallback: TextMaker = (key, row, index) => {
  const word = madeUpWord(draw(key, row) % 4096, 2).toLowerCase();
  return index === null ? word : `${word}${numeral(index)}`;
};

export function textMakerOf(name: string, around: Surroundings): TextMaker {
  const words = asWords(name);
  const certain = plain.find(([shape]) => shape.test(words))?.[1];
  if (certain) return certain;
  const named = ordinary.find(([shape]) => shape.test(words))?.[1];
  const detected = detect(name, 'text', [], around);
  const held = detected && personal[detected.masker];
  // `country` is no address and `product_code` no secret; a name that leaves no doubt is stronger than both.
  return (detected?.masker === 'text' ? (named ?? held) : (held ?? named)) ?? fallback;
}

/** Cut to what fits; where no two may be alike, to a numeral that fits. */
export function fitted(text: string, maxCharacters: number | null, index: number | null): string {
  if (maxCharacters === null || text.length <= maxCharacters) return text;
  return index === null ? text.slice(0, maxCharacters).trimEnd() || 'x' : numeral(index).padStart(maxCharacters, '0');
}
