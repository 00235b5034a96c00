/**
 * Strings in an account come from test names, logs, commit data and people. None of them may steer a terminal (F126),
 * become markup or a link (F127), or look like something they are not (F128).
 */

/** Whole terminal sequences: CSI, OSC and its kin up to their end, and two-character escapes. */
const terminalSequence =
  // oxlint-disable-next-line no-control-regex
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c]{0,4096}(?:\u0007|\u001b\\|\u009c)|\u001b[ -/]*[0-Z\\^-~]/g;

/** Nothing to see, or it changes what stands beside it. The emoji selector U+FE0F only picks a glyph and stays. */
const unseen = /(?!\uFE0F)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
const unseenButLayout = /(?!\n|\t|\uFE0F)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** One line of plain text: terminal sequences gone, line breaks folded, everything unseen shown as `⟨U+202E⟩`. */
export const visible = (text: string): string =>
  text
    .replace(terminalSequence, '')
    .replace(/[ \t]*[\r\n\t]+[ \t]*/g, ' ')
    .replace(unseen, codePoint);

/** The same for a block of text, which keeps its lines. */
export const visibleBlock = (text: string): string =>
  text.replace(terminalSequence, '').replace(/\r\n?/g, '\n').replace(unseenButLayout, codePoint);

/** For names people trust: in a word that mixes Latin with Cyrillic or Greek letters, those are shown by number too. */
export const visibleName = (name: string): string =>
  visible(name).replace(/[\p{L}\p{N}]+/gu, (word) =>
    /\p{Script=Latin}/u.test(word)
      ? word.replace(/[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}]/gu, codePoint)
      : word,
  );

const codePoint = (char: string): string =>
  `⟨U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;

/** At most `most` characters, cut between code points, saying how many are left out. */
export function clipped(text: string, most: number): string {
  if (text.length <= most) return text;
  const end = /[\uD800-\uDBFF]/.test(text[most - 1] ?? '') ? most - 1 : most;
  return `${text.slice(0, end)}… (${text.length - end} characters more)`;
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
};

/** Safe as text and inside a quoted attribute. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"'`]/g, (char) => entities[char] ?? char);

/**
 * Safe as inline text of GitHub's Markdown. Never put it at the beginning of a line.
 * The empty comment keeps `@name` from notifying people and `#12` from linking.
 */
export const escapeMarkdown = (text: string): string =>
  visible(text)
    .replace(/[\\`*_[\]|~!$]/g, '\\$&')
    .replace(/[&<>]/g, (char) => entities[char] ?? char)
    .replace(/@/g, '@<!-- -->')
    .replace(/#(?=\d)/g, '#<!-- -->');

/** A name in fixed pitch. Anything that could end a code span or a table cell is written as `<code>` with every sign by number. */
export function markdownCode(text: string): string {
  const shown = visibleName(text);
  if (/^[^`|\\<>&]+$/.test(shown) && shown.trim() === shown) return `\`${shown}\``;
  return `<code>${shown.replace(/[!-/:-@[-`{-~]/g, (sign) => `&#${sign.charCodeAt(0)};`)}</code>`;
}
