import { withoutEscapes } from '../../kinds/wording.ts';
import { afterTime, levelOf, type Level } from './level.ts';

/** Something that a log says, with a level: a line of its own, or a whole trace by the line that names it. */
export interface Said {
  readonly text: string;
  readonly level: Level;
}

/** Lines with which uncaught errors, traces and panics begin. */
const heads: readonly RegExp[] = [
  // Node and browsers: `TypeError: x`, `Error [ERR_X]: y`, `[AggregateError: …]`; Java: `java.io.IOException: x`; Python's last lines.
  /^\[?(?:Uncaught |Unhandled )?[\w$.]*(?:Error|Exception|Rejection)(?: \[[\w.-]+\])?(?::|\s*$)/,
  /UnhandledPromiseRejection|^Unhandled (?:promise )?rejection|^Uncaught\b|^Unhandled exception|node --trace-uncaught/i,
  /^Exception in thread /,
  /^panic: |\bpanic serving |^fatal error: |^goroutine \d+ \[running\]:/,
  /^thread '.*' (?:\(\d+\) )?panicked at /,
  /^(?:PHP )?(?:Fatal|Parse) error: /,
  /^\S+:\d+:in [`'].*\([\w:]+\)$/,
  /^\*\* \(\w[\w.]*\) /,
];
const isHead = (line: string): boolean => {
  const rest = afterTime(line);
  return heads.some((head) => head.test(rest));
};
const python = /(?:^|\s)Traceback \(most recent call last\):\s*$/;
const frame = /^\s+at \S/;
/** Belongs to a trace though it is not indented. */
const tail = /^(?:Caused by: |\.\.\. \d+ more|goroutine \d+ |Node\.js v\d|[})\]^]|$)/;
const warning = /^\(node:\d+\) .*Warning: /;

/**
 * Reads lines one by one and answers what they say at a level. A trace is said once, as an error; its other lines say
 * nothing by themselves. Frames below a line that has a level belong to it. Python names the error at the end, so its
 * traces are told when they end.
 */
export function createReader(): { read(line: string): readonly Said[]; end(): readonly Said[] } {
  let inside: 'trace' | 'levelled' | null = null;
  /** The last line that said nothing: what a frame below it belongs to. */
  let before: string | null = null;
  let traceback: string | null = null;

  const say = (text: string, level: Level, within: typeof inside): readonly Said[] => {
    [inside, before] = [within, null];
    return [{ text, level }];
  };
  const endTraceback = (): readonly Said[] => {
    const text = traceback;
    traceback = null;
    return text === null ? [] : say(text, 'error', 'trace');
  };
  const readPlain = (line: string): readonly Said[] => {
    const isIndented = /^\s/.test(line);
    if (inside === 'levelled' && isIndented) return [];
    if (inside === 'trace' && (isIndented || tail.test(line))) return [];
    if (python.test(line)) traceback = line;
    else if (isHead(line)) return say(line, 'error', 'trace');
    else if (warning.test(line)) return say(line, 'warn', 'levelled');
    else if (frame.test(line)) return say(before ?? line, 'error', 'trace');
    else if (line.trim() !== '') [inside, before] = [null, line];
    return [];
  };
  return {
    read(raw) {
      const line = withoutEscapes(raw);
      const level = levelOf(line);
      if (traceback !== null && level === null) {
        if (/^\s|^$/.test(line)) return [];
        if (!/^[\w.]+(?::|\s*$)/.test(line)) return [...endTraceback(), ...readPlain(line)];
        traceback = null;
        return say(line, 'error', 'trace');
      }
      if (level !== null) return [...endTraceback(), ...say(line, level, isHead(line) ? 'trace' : 'levelled')];
      return readPlain(line);
    },
    end: endTraceback,
  };
}
