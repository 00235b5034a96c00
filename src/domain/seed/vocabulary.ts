// Words that may stand in made-up rows. Names of people, firms and places are made of syllables (`madeUpWord`) and are nobody's.
import { madeUpWord } from '../made-up-word.ts';
import { below, draw, pick } from './chance.ts';

export const vocabulary = {
  country: ['DE', 'FR', 'GB', 'US', 'NL', 'ES', 'IT', 'PL', 'SE', 'JP', 'BR', 'IN'],
  countryName: ['Germany', 'France', 'Netherlands', 'Spain', 'Italy', 'Poland', 'Sweden', 'Japan', 'Brazil', 'India'],
  currency: ['EUR', 'USD', 'GBP', 'CHF', 'SEK', 'PLN', 'JPY'],
  language: ['en', 'de', 'fr', 'es', 'it', 'nl', 'pl'],
  timezone: ['UTC', 'Europe/Berlin', 'Europe/London', 'America/New_York', 'Asia/Tokyo'],
  status: ['active', 'pending', 'done', 'paused', 'archived'],
  category: ['basic', 'standard', 'premium', 'trial', 'internal'],
  mediaType: ['image/png', 'image/jpeg', 'application/pdf', 'text/plain'],
  agent: ['Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0', 'Mozilla/5.0 (Windows NT 10.0) Chrome/140.0', 'curl/8.5.0'],
  method: ['GET', 'GET', 'GET', 'POST', 'PUT', 'DELETE'],
} as const;

const nouns =
  'order parcel window garden river letter cable market table summer report bridge winter basket engine button corner packet bottle mirror'.split(
    ' ',
  );
const others =
  'was is arrived late early again with without before after and but then still new old small large green blue ready missing broken fine'.split(
    ' ',
  );

/** English of no meaning, from `fewest` words on. */
export function sentence(fewest: number, most: number, key: number, row: number): string {
  const count = fewest + below(most - fewest + 1, key, row);
  let text = '';
  for (let i = 0; i < count; i++) text += `${i > 0 ? ' ' : ''}${pick(i % 2 === 0 ? nouns : others, key, row, i + 1)}`;
  return text[0]!.toUpperCase() + text.slice(1);
}

const adjectives = ['new', 'old', 'small', 'large', 'green', 'blue', 'early', 'late', 'fine', 'quiet'];

/** `Green summer basket`. */
export function title(key: number, row: number): string {
  const [adjective, noun] = [pick(adjectives, key, row, 1), pick(nouns, key, row, 2)];
  const more = below(2, key, row, 3) === 0 ? '' : ` ${pick(nouns, key, row, 4)}`;
  return `${adjective[0]!.toUpperCase()}${adjective.slice(1)} ${noun}${more}`;
}

export const givenName = (key: number, row: number, salt = 0): string => madeUpWord(draw(key, row, salt) % 4096, 2);
export const familyName = (key: number, row: number, salt = 0): string => madeUpWord(draw(key, row, salt) % 65_536, 3);

const WORDS_OF_THREE = 1_300_000;
/** No two alike, up to 96 million. */
export const uniqueWord = (index: number): string => madeUpWord(index, index < WORDS_OF_THREE ? 3 : 4);

/** Of small letters and digits, no two alike. */
export const numeral = (index: number): string => index.toString(36);
