import type { Tone } from './gist.ts';
import { clipped, visible } from './escape.ts';
import type { Shown } from './wording.ts';

export interface TextLook {
  /** Whether SGR colours may be written. */
  readonly colour: boolean;
  /** Columns of the terminal; at least 40 are used. */
  readonly width: number;
}

const codes = { bold: '1', soft: '2', red: '31', green: '32', yellow: '33', blue: '34', magenta: '35' } as const;
export type Paint = keyof typeof codes;

export const tonePaint: Record<Tone, Paint> = {
  good: 'green',
  caution: 'yellow',
  bad: 'red',
  unknown: 'magenta',
  plain: 'blue',
};
export const outcomePaint: Record<Shown, Paint> = {
  pass: 'green',
  warn: 'yellow',
  fail: 'red',
  error: 'magenta',
  skip: 'soft',
  pending: 'blue',
};

/** Paints text that is ours or already made visible. */
export const paint = (text: string, how: Paint, look: TextLook): string =>
  look.colour && text !== '' ? `\u001b[${codes[how]}m${text}\u001b[0m` : text;

/** Columns a text takes: wide characters two, marks that combine none. */
export function columns(text: string): number {
  let taken = 0;
  for (const char of text) {
    if (/[\p{Mn}\p{Me}\uFE0F]/u.test(char)) continue;
    taken +=
      /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|[\u{1F300}-\u{1FAFF}\u{20000}-\u{3FFFD}]/u.test(
        char,
      )
        ? 2
        : 1;
  }
  return taken;
}

/** Cut to `width` columns with an ellipsis, or filled up to them. */
export function fitted(text: string, width: number): string {
  if (columns(text) <= width) return text + ' '.repeat(width - columns(text));
  let kept = '';
  for (const char of text) {
    if (columns(kept + char) > width - 1) break;
    kept += char;
  }
  return `${kept}…${' '.repeat(Math.max(0, width - 1 - columns(kept)))}`;
}

/** Words broken into lines of at most `width` columns; a word that is longer is cut up. Text from outside is made visible. */
function wrapped(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of visible(clipped(text, 1_000))
    .split(' ')
    .flatMap((each) => pieces(each, width))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (columns(longer) <= width) line = longer;
    else {
      lines.push(line);
      line = word;
    }
  }
  return [...lines, line];
}

function pieces(word: string, width: number): readonly string[] {
  if (columns(word) <= width) return [word];
  const made: string[] = [];
  let piece = '';
  for (const char of word) {
    if (columns(piece + char) > width) {
      made.push(piece);
      piece = '';
    }
    piece += char;
  }
  return [...made, piece];
}

/**
 * A wrapped text whose later lines stand under the first; a head that takes more than half of the width stands alone.
 * The head must be visible text already.
 */
export function hanging(head: string, text: string, look: TextLook, how: Paint | null = null): readonly string[] {
  const width = Math.min(100, Math.max(40, look.width));
  const painted = (line: string): string => (how ? paint(line, how, look) : line);
  if (columns(head) > width / 2)
    return [...wrapped(head, width).map(painted), ...wrapped(text, width - 4).map((line) => `    ${line}`)];
  const indent = ' '.repeat(columns(head));
  return wrapped(text, width - columns(head)).map((line, index) => (index > 0 ? indent : painted(head)) + line);
}
