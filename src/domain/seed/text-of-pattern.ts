// A text that a regular expression may mean. It knows classes, groups, alternatives and counts; what else stands there is taken literally, and PostgreSQL says whether it fits.
import { below } from './chance.ts';

const words = 'abcdefghijklmnopqrstuvwxyz0123456789';
const letters = words.slice(0, 26);
const classes: Readonly<Record<string, string>> = { d: '0123456789', w: words, s: ' ' };
const named: Readonly<Record<string, string>> = { digit: classes['d']!, upper: letters.toUpperCase(), alnum: words };
/** As many more than needed are written for `*` and `+`. */
const MOST_MORE = 6;

/** A number from 0, below `count`. */
type Next = (count: number) => number;
type Part = (next: Next) => string;
interface Read {
  readonly part: Part;
  /** Where the next part begins. */
  readonly end: number;
}

const oneOf =
  (signs: string): Part =>
  (next) =>
    signs[next(signs.length)] ?? '';

export function textOfPattern(pattern: string, key: number, row: number, salt: number): string {
  let drawn = salt * 64;
  return alternatives(pattern, 0).part((count) => below(count, key, row, (drawn += 1)));
}

function alternatives(pattern: string, from: number): Read {
  const all = [sequence(pattern, from)];
  while (pattern[all.at(-1)!.end] === '|') all.push(sequence(pattern, all.at(-1)!.end + 1));
  return { part: (next) => all[next(all.length)]!.part(next), end: all.at(-1)!.end };
}

function sequence(pattern: string, from: number): Read {
  const parts: Part[] = [];
  let at = from;
  while (at < pattern.length && pattern[at] !== '|' && pattern[at] !== ')') {
    const read = counted(pattern, one(pattern, at));
    parts.push(read.part);
    at = read.end;
  }
  return { part: (next) => parts.map((part) => part(next)).join(''), end: at };
}

function one(pattern: string, at: number): Read {
  const sign = pattern[at]!;
  if (sign === '(') {
    const inside = alternatives(pattern, pattern.startsWith('?:', at + 1) ? at + 3 : at + 1);
    return { part: inside.part, end: inside.end + 1 };
  }
  if (sign === '[') return bracket(pattern, at + 1);
  if (sign === '^' || sign === '$') return { part: () => '', end: at + 1 };
  if (sign === '.') return { part: oneOf(words), end: at + 1 };
  if (sign !== '\\') return { part: () => sign, end: at + 1 };
  return { part: oneOf(classes[pattern[at + 1]!] ?? pattern[at + 1] ?? '\\'), end: at + 2 };
}

/** What stands between brackets, from behind the first. */
function bracket(pattern: string, from: number): Read {
  const isNot = pattern[from] === '^';
  let at = isNot ? from + 1 : from;
  let signs = '';
  for (let isFirst = true; at < pattern.length && (isFirst || pattern[at] !== ']'); isFirst = false) {
    const name = /^\[:(\w+):\]/.exec(pattern.slice(at));
    const range = /^([^\\[\]])-([^\]])/.exec(pattern.slice(at));
    const isEscaped = pattern[at] === '\\';
    if (name) signs += named[name[1]!] ?? letters;
    else if (range) signs += signsBetween(range[1]!, range[2]!);
    else signs += isEscaped ? (classes[pattern[at + 1]!] ?? pattern[at + 1] ?? '') : pattern[at]!;
    at += name ? name[0].length : range ? 3 : isEscaped ? 2 : 1;
  }
  const meant = isNot ? Array.from(words, (sign) => (signs.includes(sign) ? '' : sign)).join('') : signs;
  return { part: oneOf(meant), end: at + 1 };
}

function signsBetween(first: string, last: string): string {
  const [from, to] = [first.charCodeAt(0), last.charCodeAt(0)];
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => String.fromCharCode(from + i)).join('');
}

function counted(pattern: string, { part, end }: Read): Read {
  const count = /^(?:\{(\d+)(,?)(\d*)\}|([*+?]))\??/.exec(pattern.slice(end));
  if (!count) return { part, end };
  const [whole, least, comma, greatest, sign] = count;
  const fewest = least === undefined ? (sign === '+' ? 1 : 0) : Number(least);
  const open = sign === '?' ? 1 : fewest + MOST_MORE;
  const most = greatest ? Number(greatest) : least !== undefined && comma === '' ? fewest : open;
  return {
    part: (next) => Array.from({ length: fewest + next(most - fewest + 1) }, () => part(next)).join(''),
    end: end + whole.length,
  };
}
