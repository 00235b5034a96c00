// JSON as applications keep it, by the name of its column.
import { asWords } from '../refresh/surroundings.ts';
import { below, pick, unit } from './chance.ts';
import { familyName, numeral, sentence, vocabulary } from './vocabulary.ts';

type JsonMaker = (key: number, row: number) => unknown;

const tags: JsonMaker = (key, row) =>
  Array.from({ length: below(4, key, row) }, (_, i) => pick(vocabulary.category, key, row, i + 1));

const named: readonly (readonly [RegExp, JsonMaker])[] = [
  [/(?:^|_)(?:tags|labels|roles|permissions|categories|list)$/, tags],
  [
    /(?:^|_)(?:settings|preferences|options|config|configuration)$/,
    (key, row) => ({
      theme: pick(['light', 'dark'], key, row, 1),
      language: pick(vocabulary.language, key, row, 2),
      newsletter: unit(key, row, 3) < 0.4,
    }),
  ],
  [
    /(?:^|_)(?:address|location|shipping|billing)$/,
    (key, row) => ({
      street: `${1 + below(200, key, row, 1)} ${familyName(key, row, 2)} Street`,
      city: familyName(key, row, 3),
      country: pick(vocabulary.country, key, row, 4),
    }),
  ],
  [
    /(?:^|_)(?:items|lines|entries)$/,
    (key, row) =>
      Array.from({ length: 1 + below(3, key, row) }, (_, i) => ({
        title: sentence(2, 3, key, row + i),
        quantity: 1 + below(4, key, row, i),
      })),
  ],
];

const plain: JsonMaker = (key, row) => ({
  source: pick(['web', 'mobile', 'import'], key, row, 1),
  count: below(100, key, row, 2),
  active: unit(key, row, 3) < 0.8,
  tags: tags(key, row),
});

export function jsonMakerOf(name: string): (key: number, row: number, index: number | null) => string {
  const words = asWords(name);
  const make = named.find(([shape]) => shape.test(words))?.[1] ?? plain;
  return (key, row, index) =>
    JSON.stringify(index === null ? make(key, row) : { id: numeral(index), data: make(key, row) });
}
