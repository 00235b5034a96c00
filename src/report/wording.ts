import { formatDuration } from '../domain/duration.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Outcome } from '../domain/outcome.ts';

/** `2026-11-20 12:00:05 UTC`; a dash when there is no such instant. */
export function formatInstant(at: number | null): string {
  const date = new Date(at ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? '–' : `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** ISO 8601 in UTC, or null. */
export function isoInstant(at: number | null): string | null {
  const date = new Date(at ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** First 12 hex of a hash; what stands before the last colon is kept: `tree:sha256:0a1b2c3d4e5f`. */
export function shortHash(hash: string): string {
  const colon = hash.lastIndexOf(':') + 1;
  return hash.slice(0, colon + 12);
}

/** `1 check`, `3 checks`. */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${formatNumber(number)} ${number === 1 ? one : many}`;

/** At most four significant digits, thousands set apart: `0.25`, `412`, `12,300`. */
export function formatNumber(value: number): string {
  const rounded = Math.abs(value) >= 1_000 ? Math.round(value) : Number(value.toPrecision(4));
  const [whole = '', fraction] = String(rounded).split('.');
  if (whole.includes('e')) return String(rounded);
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** Two instants as a span for people; a dash when one is missing. */
export const formatSpan = (from: number | null, to: number | null): string =>
  from === null || to === null ? '–' : formatDuration(to - from);

/** Outcome of a line as shown; `pending` where a deployment has not come to it yet. */
export type Shown = Outcome | 'pending';

export const outcomeWords: Record<Shown, string> = {
  pass: 'passed',
  warn: 'warning',
  fail: 'failed',
  error: 'no answer',
  skip: 'skipped',
  pending: 'to come',
};

/** Beside the colour, never instead of the word. */
export const outcomeMarks: Record<Shown, string> = {
  pass: '✓',
  warn: '!',
  fail: '✕',
  error: '?',
  skip: '–',
  pending: '…',
};

/** Facts of a step in words: `{ switchMs: 3, requests: 612 }` is `switch 3 ms · requests 612`; `At` are instants. What there was not, and what only a program reads, is left out. */
export const factWords = (facts: JsonObject): string =>
  Object.entries(facts)
    .filter(([, value]) => typeof value !== 'object' || Array.isArray(value))
    .map(([key, value]) => {
      const words = key.replace(/Ms$/, '').replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
      if (typeof value !== 'number') return `${words} ${valueWords(value)}`;
      if (key.endsWith('At')) return `${words} ${formatInstant(value)}`;
      return `${words} ${key.endsWith('Ms') ? formatDuration(value) : formatNumber(value)}`;
    })
    .join(' · ');

const valueWords = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));
