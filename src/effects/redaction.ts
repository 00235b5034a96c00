import { buildAutomaton, emptyAutomaton, step, type Automaton } from './redaction/automaton.ts';
import { secretForms } from './redaction/secret-forms.ts';

/** A secret value; with a name, warnings can say which one they mean. */
export type Secret = string | { readonly name: string; readonly value: string };

/** Keeps secret values out of everything the doors return: raw, encoded, escaped, cut by lines or by chunks. */
export interface Redactor {
  /** Secrets known from now on, beside the earlier ones. Answers a warning for each that cannot be hidden. */
  add(secrets: readonly Secret[]): readonly string[];
  /** One warning for each value that was refused; never the value. */
  readonly warnings: readonly string[];
  text(text: string): string;
  /** For output that arrives in pieces. Bytes that may begin a secret are held back until they are decided. */
  stream(): RedactionStream;
}

interface RedactionStream {
  push(chunk: Uint8Array): Buffer;
  /** The rest that was held back. */
  end(): Buffer;
}

const MASK = Buffer.from('***');
const SHORTEST = 6;
const SHORTEST_LINE = 8;
/** Values that stand in every log: hiding them would hide the log (and show that the value is one of these). */
const COMMON = new Set(
  [
    'password',
    'passwd',
    'secret',
    'secrets',
    'changeme',
    'default',
    'example',
    'localhost',
    '127.0.0.1',
    'postgres',
  ].concat(
    ['postgresql', 'redis', 'undefined', 'production', 'staging', 'development', 'enabled', 'disabled', 'greenroom'],
    [
      'username',
      'string',
      'number',
      'boolean',
      'object',
      'public',
      'private',
      'server',
      'client',
      'backend',
      'frontend',
    ],
    ['database', 'service', 'access', 'master', '000000', '123456', '12345678', 'qwerty'],
  ),
);

export function createRedactor(secrets: readonly Secret[] = []): Redactor {
  const patterns = new Set<string>();
  const warnings: string[] = [];
  let automaton = emptyAutomaton;
  const add = (added: readonly Secret[]): readonly string[] => {
    const before = patterns.size;
    const refused = added.flatMap((secret, index) => register(secret, index, patterns));
    warnings.push(...refused);
    if (patterns.size > before)
      automaton = buildAutomaton([...patterns].map((pattern) => Buffer.from(pattern, 'latin1')));
    return refused;
  };
  const stream = (): RedactionStream => createStream(() => automaton);
  add(secrets);
  return { add, warnings, stream, text: (text) => redactText(text, stream()) };
}

/** Adds the forms of one secret to `patterns`; answers why when it cannot be hidden. Line ends are left out, see `scan`. */
function register(secret: Secret, index: number, patterns: Set<string>): string[] {
  const value = typeof secret === 'string' ? secret : secret.value;
  const name = typeof secret === 'string' ? `Secret ${index + 1}` : `Secret "${secret.name}"`;
  const trimmed = value.trim();
  if (trimmed.length < SHORTEST) return [`${name} is shorter than ${SHORTEST} characters and is not hidden in output.`];
  if (COMMON.has(trimmed.toLowerCase())) return [`${name} is a common word and is not hidden in output.`];
  const lines = trimmed.split(/[\r\n]+/).map((line) => line.trim());
  const parts =
    lines.length > 1 ? lines.filter((line) => line.length >= SHORTEST_LINE && !/^-----(BEGIN|END) /.test(line)) : [];
  for (const part of new Set([trimmed, ...parts])) for (const form of secretForms(part)) patterns.add(form);
  return [];
}

function redactText(text: string, stream: RedactionStream): string {
  if (text.length < SHORTEST) return text;
  const bytes = Buffer.from(text);
  const redacted = Buffer.concat([stream.push(bytes), stream.end()]);
  return redacted.equals(bytes) ? text : redacted.toString();
}

/** A stretch of the held bytes that is a secret; `told` when its mask has left already. */
interface Stretch {
  start: number;
  end: number;
  told: boolean;
}

function createStream(current: () => Automaton): RedactionStream {
  let automaton = current();
  let held: Buffer = Buffer.alloc(0);
  let state = 0;
  let stretches: Stretch[] = [];

  const release = (buffer: Buffer, boundary: number): Buffer => {
    const pieces: Buffer[] = [];
    let at = 0;
    const rest: Stretch[] = [];
    for (const stretch of stretches) {
      if (stretch.start >= boundary) {
        rest.push({ ...stretch, start: stretch.start - boundary, end: stretch.end - boundary });
        continue;
      }
      if (stretch.start > at) pieces.push(buffer.subarray(at, stretch.start));
      if (!stretch.told) pieces.push(MASK);
      at = Math.max(at, Math.min(stretch.end, boundary));
      if (stretch.end > boundary) rest.push({ start: 0, end: stretch.end - boundary, told: true });
    }
    if (at < boundary) pieces.push(buffer.subarray(at, boundary));
    stretches = rest;
    // A copy: what stays must not keep a large chunk alive.
    held = Buffer.from(buffer.subarray(boundary));
    return pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  };

  return {
    push(chunk) {
      let from = held.length;
      if (automaton !== current()) [automaton, state, from] = [current(), 0, 0];
      const buffer =
        held.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length) : Buffer.concat([held, chunk]);
      const found = scan(automaton, buffer, from, state, stretches);
      state = found.state;
      return release(buffer, found.boundary);
    },
    end() {
      const rest = release(held, held.length);
      state = 0;
      return rest;
    },
  };
}

const NEWLINE = 10;
const RETURN = 13;

/**
 * Walks the automaton over `buffer` from index `from` and adds what it finds to `stretches`. Up to two line-end bytes in a row
 * inside a candidate are stepped over, so that a secret wrapped at 64 or 76 columns is found; patterns hold no line ends.
 * `boundary`: everything before it is decided.
 */
function scan(
  automaton: Automaton,
  buffer: Buffer,
  from: number,
  begin: number,
  stretches: Stretch[],
): { state: number; boundary: number } {
  const { longest, depth, first } = automaton;
  let state = begin;
  let lineEnds = 0;
  for (let i = from; i < buffer.length; i += 1) {
    const byte = buffer[i]!;
    if (state === 0) {
      if (first[byte] === 0) continue;
      lineEnds = 0;
    } else if (byte === NEWLINE || byte === RETURN) {
      lineEnds += 1;
      if (lineEnds > 2) state = 0;
      continue;
    } else lineEnds = 0;
    state = step(automaton, state, byte);
    const length = longest[state]!;
    if (length > 0) note(stretches, back(buffer, i + 1, length), i + 1);
  }
  return { state, boundary: back(buffer, buffer.length, depth[state]!) };
}

/** Index at which the last `count` bytes before `end` begin, line ends not counted. */
function back(buffer: Buffer, end: number, count: number): number {
  let at = end;
  for (let left = count; left > 0 && at > 0;) {
    at -= 1;
    if (buffer[at] !== NEWLINE && buffer[at] !== RETURN) left -= 1;
  }
  return at;
}

/** Overlapping stretches become one; touching ones do not, so that the result does not depend on where chunks were cut. */
function note(stretches: Stretch[], start: number, end: number): void {
  const merged: Stretch = { start, end, told: false };
  for (let last = stretches.at(-1); last && last.end > merged.start; last = stretches.at(-1)) {
    merged.start = Math.min(merged.start, last.start);
    merged.end = Math.max(merged.end, last.end);
    merged.told ||= last.told;
    stretches.pop();
  }
  stretches.push(merged);
}
