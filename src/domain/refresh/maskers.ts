import type { Family } from './source-schema.ts';

export interface Masker {
  /** Types it takes. */
  readonly families: readonly Family[];
  /** Two values never become one: fit for unique columns. `as-good` rests on a hash so long that PostgreSQL will not see the day. */
  readonly isInjective: boolean | 'as-good';
  /** Longest text that comes out, in characters; null: as long as it was; `unbounded`: as the text has it. */
  readonly maxCharacters: number | null | 'unbounded';
  /** Whether it is a leaf of JSON and an element of arrays too. */
  readonly isLeaf: boolean;
  readonly guarantee: string;
}

const text: readonly Family[] = ['text'];
const dictionary = 'out of made-up syllables, so it is nobody’s; not one-to-one; the same everywhere it stands';

/** Every masker by the word of `refresh.yaml`, with what it promises. All are deterministic, and all but `outbound` and `picture` keyed. */
export const maskers = {
  email: {
    ...{ families: text, isInjective: 'as-good', maxCharacters: 29, isLeaf: true },
    guarantee:
      'an address in a reserved domain, which nobody receives; 80 bits of hash; small and capital letters are one',
  },
  'given-name': { ...{ families: text, isInjective: false, maxCharacters: 6, isLeaf: true }, guarantee: dictionary },
  'family-name': { ...{ families: text, isInjective: false, maxCharacters: 8, isLeaf: true }, guarantee: dictionary },
  'full-name': {
    ...{ families: text, isInjective: false, maxCharacters: 'unbounded', isLeaf: true },
    guarantee: 'each word as the columns of given and family names would have it',
  },
  company: { ...{ families: text, isInjective: false, maxCharacters: 14, isLeaf: true }, guarantee: dictionary },
  street: { ...{ families: text, isInjective: false, maxCharacters: 20, isLeaf: true }, guarantee: dictionary },
  place: { ...{ families: text, isInjective: false, maxCharacters: 8, isLeaf: true }, guarantee: dictionary },
  digits: {
    ...{ families: text, isInjective: true, maxCharacters: null, isLeaf: true },
    guarantee:
      'a permutation of the digits, one-to-one; form and length stay. Few digits can be guessed, and a number may be somebody’s: nothing may ring it',
  },
  token: {
    ...{ families: text, isInjective: true, maxCharacters: null, isLeaf: true },
    guarantee: 'letters stay letters, digits stay digits, one-to-one; of no use as a password or key',
  },
  text: {
    ...{ families: text, isInjective: false, maxCharacters: 'unbounded', isLeaf: true },
    guarantee:
      'addresses, numbers of seven and more digits, IPv4 and known names inside it become what their columns have; other words stay',
  },
  ip: {
    ...{ families: ['text', 'network'], isInjective: false, maxCharacters: 19, isLeaf: true },
    guarantee: 'an address of the ranges for documentation',
  },
  url: {
    ...{ families: text, isInjective: false, maxCharacters: 45, isLeaf: true },
    guarantee: 'a host below example.com, one for each host; the path is hashed',
  },
  card: {
    ...{ families: text, isInjective: false, maxCharacters: null, isLeaf: true },
    guarantee: 'the test range 400000 with a right check digit; form and length stay',
  },
  iban: {
    ...{ families: text, isInjective: true, maxCharacters: null, isLeaf: true },
    guarantee: 'the same country, right check digits, one-to-one for right ones',
  },
  id: {
    ...{ families: ['whole', 'uuid'], isInjective: true, maxCharacters: null, isLeaf: false },
    guarantee: 'a permutation, so references still find their rows in every table and database of the same key',
  },
  'date-shift': {
    ...{ families: ['day'], isInjective: false, maxCharacters: null, isLeaf: false },
    guarantee: 'every date of one entity moves by the same days: order and distances stay',
  },
  band: {
    ...{ families: ['whole', 'fraction'], isInjective: false, maxCharacters: null, isLeaf: false },
    guarantee: 'at most so many percent away, an eighth for floats; small whole numbers stay',
  },
  outbound: {
    ...{ families: ['text', 'json'], isInjective: false, maxCharacters: 'unbounded', isLeaf: false },
    guarantee:
      'for settings: URLs, e-mail addresses, hosts, telephones, keys of well-known providers and whatever its name calls a secret become sinks that reach nobody, scheme and port stay; every other setting stays as it is',
  },
  mac: {
    ...{ families: ['mac'], isInjective: false, maxCharacters: null, isLeaf: false },
    guarantee: 'the range for documentation',
  },
  bytes: {
    ...{ families: ['bytes'], isInjective: false, maxCharacters: null, isLeaf: false },
    guarantee: 'other bytes, as many; no picture any more',
  },
  picture: {
    ...{ families: ['bytes', 'object'], isInjective: false, maxCharacters: null, isLeaf: false },
    guarantee:
      'a grey picture of one pixel (PNG), the same for everybody and under every key: what shows pictures goes on working; a large object gets it as its content and keeps its number',
  },
} as const satisfies Readonly<Record<string, Masker>>;

export type MaskerName = keyof typeof maskers;

/** With the wide type, so that every field may be asked for. */
export const maskerOf = (name: MaskerName): Masker => maskers[name];
