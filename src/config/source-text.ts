import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { failed, ok, type Result } from '../domain/failure.ts';
import { mistake, type ConfigurationCode } from './catalogue.ts';
import type { Path, Position } from './position.ts';

const sizeLimitBytes = 1024 * 1024;

/** Where the file was asked for, when that was in another file. */
export interface Asked {
  readonly at: Position;
  readonly path: Path;
}

/** Text of a small UTF-8 file of the configuration. */
export function readText(file: string, shownAs: string, asked: Asked | null): Result<string> {
  const read = readSmallFile(file, sizeLimitBytes);
  if (typeof read === 'string') return ok(read);
  const { trouble, says } = read;
  const refuse = (code: ConfigurationCode, remedy: string) =>
    failed(mistake(code, `${shownAs} ${says}.`, remedy, asked?.at ?? null, asked?.path ?? []));
  switch (trouble) {
    case 'missing':
      return failed(missing(shownAs, asked));
    case 'closed':
      return refuse(asked ? 'GR1020' : 'GR1002', 'See that this user may read it.');
    case 'folder':
      return refuse('GR1002', 'Name the greenroom.yaml inside it.');
    case 'no-file':
      return refuse('GR1002', 'Name a text file.');
    case 'large':
      return refuse('GR1003', 'Name the configuration itself, not data or a log.');
    case 'no-text':
      return refuse('GR1004', 'Save it as UTF-8 text.');
    default:
      return trouble satisfies never;
  }
}

const missing = (shownAs: string, asked: Asked | null) =>
  mistake(
    asked ? 'GR1020' : 'GR1001',
    `There is no file ${shownAs}.`,
    asked
      ? 'Correct the path, or take it out of "extends".'
      : 'Give the path of a greenroom.yaml, or write a first one with `greenroom init`.',
    asked?.at ?? null,
    asked?.path ?? [],
  );

export interface Unread {
  readonly trouble: 'missing' | 'closed' | 'folder' | 'no-file' | 'large' | 'no-text';
  /** What a sentence says of the file: `is a folder, not a file`. */
  readonly says: string;
}

/** Text of a UTF-8 file that somebody has named, or why there is none. A larger one is never loaded; nothing but a regular file is opened for long. */
export function readSmallFile(file: string, mostBytes: number): string | Unread {
  let descriptor: number;
  try {
    // Non-blocking, so that a named pipe without a writer is refused below instead of waited for.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT' || code === 'ENOTDIR') return { trouble: 'missing', says: 'is not there' };
    return { trouble: 'closed', says: `cannot be opened (${code})` };
  }
  try {
    const stat = fstatSync(descriptor);
    if (stat.isDirectory()) return { trouble: 'folder', says: 'is a folder, not a file' };
    if (!stat.isFile()) return { trouble: 'no-file', says: 'is not a regular file' };
    const buffer = Buffer.alloc(Math.min(stat.size, mostBytes) + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < buffer.length; length += read)
      read = readSync(descriptor, buffer, length, buffer.length - length, null);
    const sizeBytes = Math.max(stat.size, length);
    if (sizeBytes > mostBytes) {
      const [has, most] = [sizeBytes, mostBytes].map((bytes) => bytes.toLocaleString('en'));
      return { trouble: 'large', says: `has ${has} bytes; at most ${most} are read` };
    }
    return decode(buffer.subarray(0, length));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return { trouble: 'no-file', says: `cannot be read (${code})` };
  } finally {
    closeSync(descriptor);
  }
}

function decode(bytes: Buffer): string | Unread {
  const nul = bytes.indexOf(0);
  if (nul >= 0) return { trouble: 'no-text', says: `is binary: byte ${nul + 1} is zero` };
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return { trouble: 'no-text', says: 'holds bytes that are not UTF-8' };
  }
}
