/** A text from outside as part of a sentence: one line, no control characters, cut to `limit` characters. */
export function excerpt(text: string, limit = 200): string {
  const line = withoutEscapes(text).replace(CONTROLS, ' ').replace(/\s+/g, ' ').trim();
  return line.length > limit ? `${line.slice(0, limit - 1).toWellFormed()}…` : line;
}

/* oxlint-disable no-control-regex -- control characters are what these look for */
/** Colours and cursor moves (CSI), titles, links and the clipboard (OSC). */
const ESCAPES = /\u001b\[[0-?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\u001b[@-Z\\-_]/g;
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;
/* oxlint-enable no-control-regex */

/** Without the colours and cursor moves that programs write for a terminal. */
export const withoutEscapes = (text: string): string => (text.includes('\u001b') ? text.replace(ESCAPES, '') : text);

/** `1 line`, `3 lines`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;

/** At most four significant digits: `12.34`, `0.0123`, `1500`. */
export const shortNumber = (value: number): string =>
  Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
