import { linesOf } from '../../kinds/text-lines.ts';

/** One line of Prometheus' text exposition. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
  /** When it was measured, Unix milliseconds; null where the line does not say. */
  readonly at: number | null;
}

/** More than any service should expose, and some hundred megabytes of memory. */
export const MAX_SAMPLES = 500_000;

export interface Exposition {
  readonly samples: readonly Sample[];
  /** Lines that could not be read. */
  readonly unreadable: number;
  /** There are more samples than are kept. */
  readonly isCut: boolean;
}

/** Reads the text format, version 0.0.4. */
export function readExposition(text: string): Exposition {
  const samples: Sample[] = [];
  let unreadable = 0;
  for (const raw of linesOf(text)) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (samples.length >= MAX_SAMPLES) return { samples, unreadable, isCut: true };
    const sample = readLine(line);
    if (sample) samples.push(sample);
    else unreadable += 1;
  }
  return { samples, unreadable, isCut: false };
}

const NAME = /^[a-zA-Z_:][\w:]*/;

function readLine(line: string): Sample | null {
  const name = NAME.exec(line)?.[0];
  if (name === undefined) return null;
  let at = name.length;
  let labels: Record<string, string> = {};
  if (line[at] === '{') {
    const read = readLabels(line, at + 1);
    if (!read) return null;
    ({ labels, at } = read);
  }
  const [number, timestamp, ...more] = line.slice(at).trim().split(/\s+/);
  const value = readNumber(number ?? '');
  if (value === null || more.length > 0 || (timestamp !== undefined && !/^-?\d{1,15}$/.test(timestamp))) return null;
  return { name, labels, value, at: timestamp === undefined ? null : Number(timestamp) };
}

const LABEL = /\s*([a-zA-Z_]\w*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(,|(?=\}))/y;

function readLabels(line: string, from: number): { labels: Record<string, string>; at: number } | null {
  const labels: [string, string][] = [];
  LABEL.lastIndex = from;
  let at = from;
  for (let match = LABEL.exec(line); match; match = LABEL.exec(line)) {
    labels.push([match[1]!, match[2]!.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char))]);
    at = LABEL.lastIndex;
  }
  const end = /^\s*\}/.exec(line.slice(at));
  return end ? { labels: Object.fromEntries(labels), at: at + end[0].length } : null;
}

function readNumber(text: string): number | null {
  if (/^[+-]?Inf$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^NaN$/i.test(text)) return Number.NaN;
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : null;
}
