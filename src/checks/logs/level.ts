export const levels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;
export type Level = (typeof levels)[number];

/** A line without a level lies below all of them. */
export const rank = (level: Level | null): number => (level === null ? -1 : levels.indexOf(level));

const words: ReadonlyMap<string, Level> = new Map(
  Object.entries({
    trace: 'trace trce verbose',
    debug: 'debug dbug',
    info: 'info notice information',
    warn: 'warn warning',
    error: 'error err severe fail',
    fatal: 'fatal critical crit alert emerg emergency panic',
  } satisfies Record<Level, string>).flatMap(([level, list]) =>
    list.split(' ').map((word) => [word, level as Level] as const),
  ),
);

const levelWord = (text: string): Level | null => words.get(text.toLowerCase()) ?? null;

const klogLevels: Readonly<Record<string, Level>> = { I: 'info', W: 'warn', E: 'error', F: 'fatal' };

/**
 * The level that a line without colours says: of JSON (`level` or `severity`; pino's numbers), of klog (`E0312 12:00:00.1`),
 * of `level=error`, of a word it begins with (`error: …`), of `[error]`, or of a word in capitals near its beginning.
 */
export function levelOf(line: string): Level | null {
  const json = line.startsWith('{') ? jsonLevel(line) : null;
  if (json) return json;
  const klog = /^([IWEF])\d{4}(?:\d{4})? \d\d:\d\d:\d\d\./.exec(line);
  if (klog) return klogLevels[klog[1]!]!;
  const key = /\b(?:level|lvl|severity)="?([a-z]+)/i.exec(line);
  const named = key && levelWord(key[1]!);
  if (named) return named;
  return beginning(line) ?? first(line.slice(0, 120));
}

/** Times and what a process manager writes before them: `2026-03-12 12:00:00,1 `, `[12:00] `, `web.1 | `. */
export const afterTime = (line: string): string =>
  line.replace(/^[\w.-]+ +\| /, '').replace(/^\[?\d+[-/:][\d\-/:.,TZ+ ]*\]?\s+/, '');

/** `error: …`, `warn - …`; behind a time also `error …`. */
function beginning(line: string): Level | null {
  const rest = afterTime(line);
  const [, word = '', end = ''] = /^([a-z]+)(?:\[\d+\])?(\s*[:|]|\s+-\s|\s)/i.exec(rest) ?? [];
  return end.trim() !== '' || rest !== line ? levelWord(word) : null;
}

/** The first of `[error]`, `[core:error]`, `app.ERROR:` and a word in capitals; words further in belong to the message. */
function first(start: string): Level | null {
  const inBrackets = [...start.matchAll(/[[<(](?:\w+:)?([a-z]+)[\])>]/gi)];
  const ofChannel = [...start.matchAll(/\.([A-Z]{4,9}):\s/g)];
  const inCapitals = [...start.matchAll(/\S+/g)].slice(0, 5).flatMap((part) => {
    const bare = part[0].replace(/\W/g, '');
    return /^[A-Z]{3,9}$/.test(bare) ? [{ 1: bare, index: part.index }] : [];
  });
  const found = [...inBrackets, ...ofChannel, ...inCapitals]
    .toSorted((a, b) => a.index - b.index)
    .map((match) => levelWord(match[1] ?? ''));
  return found.find((level) => level !== null) ?? null;
}

const jsonKeys = ['level', 'severity', 'lvl', 'log.level', 'levelname', 'loglevel', '@level', '@l'];

function jsonLevel(line: string): Level | null {
  try {
    const parsed = JSON.parse(line) as Record<string, unknown>;
    const value = jsonKeys.map((key) => parsed[key]).find((one) => one !== undefined && one !== null);
    if (typeof value === 'number') return levels[Math.min(5, Math.max(0, Math.floor(value / 10) - 1))] ?? null;
    return typeof value === 'string' ? levelWord(value) : null;
  } catch {
    return null; // cut at 64 KiB, or only looks like JSON
  }
}
