import { createReadStream } from 'node:fs';
import { glob, lstat, open, realpath, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { fail } from '../domain/failure.ts';
import type { Files } from '../kinds/effects.ts';
import type { Redactor } from './redaction.ts';

const LONGEST_LINE_BYTES = 64 * 1024;

export function createFiles(redactor: Redactor): Files {
  return {
    look,
    read: (file, maxBytes, part = 'beginning') => read({ file, maxBytes, part }, redactor),
    find,
    remove: (file) => rm(file, { force: true }),
    lines: (file, from, onLine, signal) => lines({ file, from, onLine, redactor, signal }),
  };
}

async function look(file: string): ReturnType<Files['look']> {
  const facts = await stat(file).catch(absent);
  if (facts === null) return null;
  const kind = facts.isFile() ? 'file' : facts.isDirectory() ? 'folder' : 'other';
  return { kind, sizeBytes: facts.size, modifiedAt: facts.mtimeMs };
}

async function read(
  { file, maxBytes, part }: { readonly file: string; readonly maxBytes: number; readonly part: 'beginning' | 'end' },
  redactor: Redactor,
): ReturnType<Files['read']> {
  const handle = await open(file, 'r').catch(absent);
  if (handle === null) return null;
  try {
    const facts = await handle.stat();
    if (!facts.isFile()) return null;
    const wanted = Buffer.alloc(Math.min(maxBytes, facts.size));
    const from = part === 'end' ? facts.size - wanted.length : 0;
    let at = 0;
    while (at < wanted.length) {
      const { bytesRead } = await handle.read(wanted, at, wanted.length - at, from + at);
      if (bytesRead === 0) break;
      at += bytesRead;
    }
    const text = redactor.text(wanted.subarray(0, at).toString());
    return { text, truncated: facts.size > maxBytes, modifiedAt: facts.mtimeMs };
  } finally {
    await handle.close();
  }
}

async function find(directory: string, pattern: string): Promise<readonly string[]> {
  if (path.isAbsolute(pattern) || pattern.split(/[\\/]/).includes('..')) {
    fail({
      code: 'GR6612',
      message: `The pattern "${pattern}" leads out of its folder.`,
      do: 'Write it relative to the folder, without "..".',
    });
  }
  const root = await realpath(directory).catch(absent);
  if (root === null) return [];
  const found: string[] = [];
  const entries = glob(pattern, { cwd: root, withFileTypes: true, exclude: (entry) => entry.isSymbolicLink() });
  for await (const entry of entries) {
    const file = path.join(entry.parentPath, entry.name);
    // A pattern that names a linked folder outright is walked in spite of `exclude`: the real path tells.
    if (entry.isFile() && (await realpath(file).catch(absent)) === file && (await lstat(file)).isFile())
      found.push(file);
  }
  return found.map((file) => path.join(directory, path.relative(root, file))).toSorted();
}

interface LinesRequest {
  readonly file: string;
  readonly from: number;
  readonly onLine: (line: string) => void;
  readonly redactor: Redactor;
  readonly signal: AbortSignal | undefined;
}

/** Reads what is there now. A file shorter than `from` was cut or replaced in the meantime and is read from its beginning. */
async function lines({ file, from, onLine, redactor, signal }: LinesRequest): ReturnType<Files['lines']> {
  const facts = await stat(file).catch(absent);
  if (facts === null || !facts.isFile()) return null;
  const start = facts.size < from ? 0 : from;
  if (facts.size === start) return { bytes: 0, lineCount: 0, cutCount: 0 };
  const splitter = createLineSplitter(onLine);
  const redaction = redactor.stream();
  let bytes = 0;
  const stream = createReadStream(file, { start, end: facts.size - 1, ...(signal ? { signal } : {}) });
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      splitter.push(redaction.push(chunk));
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
  splitter.push(redaction.end());
  return { bytes, ...splitter.end() };
}

function createLineSplitter(onLine: (line: string) => void): {
  push(chunk: Buffer): void;
  end(): { readonly lineCount: number; readonly cutCount: number };
} {
  let pieces: Buffer[] = [];
  let size = 0;
  let [lineCount, cutCount] = [0, 0];
  const keep = (piece: Buffer): void => {
    const room = LONGEST_LINE_BYTES - size;
    if (room > 0 && piece.length > 0) pieces.push(Buffer.from(piece.subarray(0, room)));
    size += piece.length;
  };
  const tell = (): void => {
    onLine(Buffer.concat(pieces).toString().replace(/\r$/, ''));
    lineCount += 1;
    if (size > LONGEST_LINE_BYTES) cutCount += 1;
    [pieces, size] = [[], 0];
  };
  return {
    push(chunk) {
      let at = 0;
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, at)) {
        keep(chunk.subarray(at, end));
        tell();
        at = end + 1;
      }
      keep(chunk.subarray(at));
    },
    end() {
      if (size > 0) tell();
      return { lineCount, cutCount };
    },
  };
}

/** Only "there is none" is an answer; a file that may not be read is a broken effect. */
function absent(error: NodeJS.ErrnoException): null {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
  return fail({
    code: 'GR6613',
    message: `A file could not be read (${error.code ?? error.message}).`,
    ...(error.path === undefined ? {} : { where: error.path }),
    do: 'Give the user that runs Greenroom the right to read it.',
  });
}
