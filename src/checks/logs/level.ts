export const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type Level = (typeof levels)[number];

/** A line without a level lies below all of them. */
export const rank = (level: Level | null): number => (level === null ? -1 : levels.indexOf(level));

const words: Readonly<Record<string, Level>> = {
  trace: 'trace',
  debug: 'debug',
  info: 'info',
  notice: 'info',
  warn: 'warn',
  warning: 'warn',
  error: 'error',
  err: 'error',
  severe: 'error',
  fatal: 'fatal',
  critical: 'fatal',
  crit: 'fatal',
  alert: 'fatal',
  emerg: 'fatal',
  panic: 'fatal',
};

/** The level of a line: of JSON (`level` or `severity`; pino's numbers), of `level=error`, of `[error]`, or of a word in capitals at its beginning. */
export function levelOf(line: string): Level | null {
  if (line.startsWith('{')) {
    const level = jsonLevel(line);
    if (level) return level;
  }
  const found =
    /\blevel="?([a-z]+)/i.exec(line) ??
    /[[<(]([a-z]+)[\])>]/i.exec(line.slice(0, 120)) ??
    /\b([A-Z]{3,8})\b/.exec(firstWords(line));
  return found ? word(found[1] ?? '') : null;
}

/** Times and names come before the level; a word in capitals further in is part of the message. */
const firstWords = (line: string): string =>
  line
    .slice(0, 120)
    .split(/\s+/)
    .slice(0, 5)
    .filter((part) => word(part.replace(/\W/g, '')) !== null)
    .join(' ');

function jsonLevel(line: string): Level | null {
  try {
    const { level, severity, lvl } = JSON.parse(line) as Record<string, unknown>;
    const value = level ?? severity ?? lvl;
    if (typeof value === 'number') return levels[Math.min(5, Math.max(0, Math.floor(value / 10) - 1))] ?? null;
    return typeof value === 'string' ? word(value) : null;
  } catch {
    return null; // cut at 64 KiB, or only looks like JSON
  }
}

const word = (text: string): Level | null => {
  const key = text.toLowerCase();
  return Object.hasOwn(words, key) ? (words[key] ?? null) : null;
};
