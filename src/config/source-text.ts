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

/** Text of a small UTF-8 file. A larger one is never loaded; nothing but a regular file is opened for long. */
export function readText(file: string, shownAs: string, asked: Asked | null): Result<string> {
  const refuse = (code: ConfigurationCode, message: string, remedy: string) =>
    failed(mistake(code, message, remedy, asked?.at ?? null, asked?.path ?? []));
  const missing = () =>
    refuse(
      asked ? 'GR1020' : 'GR1001',
      `There is no file ${shownAs}.`,
      asked
        ? 'Correct the path, or take it out of "extends".'
        : 'Give the path of a greenroom.yaml, or write a first one with `greenroom init`.',
    );
  let descriptor: number;
  try {
    // Non-blocking, so that a named pipe without a writer is refused below instead of waited for.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'ENOENT' || code === 'ENOTDIR') return missing();
    return refuse(
      asked ? 'GR1020' : 'GR1002',
      `${shownAs} cannot be opened (${code}).`,
      'See that this user may read it.',
    );
  }
  try {
    const stat = fstatSync(descriptor);
    if (stat.isDirectory())
      return refuse('GR1002', `${shownAs} is a folder, not a file.`, 'Name the greenroom.yaml inside it.');
    if (!stat.isFile()) return refuse('GR1002', `${shownAs} is not a regular file.`, 'Name a text file.');
    const buffer = Buffer.alloc(Math.min(stat.size, sizeLimitBytes) + 1);
    let length = 0;
    for (let read = -1; read !== 0 && length < buffer.length; length += read)
      read = readSync(descriptor, buffer, length, buffer.length - length, null);
    const sizeBytes = Math.max(stat.size, length);
    if (sizeBytes > sizeLimitBytes)
      return refuse(
        'GR1003',
        `${shownAs} has ${sizeBytes.toLocaleString('en')} bytes; at most ${sizeLimitBytes.toLocaleString('en')} are read.`,
        'Name the configuration itself, not data or a log.',
      );
    return decode(buffer.subarray(0, length), shownAs, refuse);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    return refuse('GR1002', `${shownAs} cannot be read (${code}).`, 'Name a text file.');
  } finally {
    closeSync(descriptor);
  }
}

type Refuse = (code: ConfigurationCode, message: string, remedy: string) => Result<never>;

function decode(bytes: Buffer, shownAs: string, refuse: Refuse): Result<string> {
  const remedy = 'Save it as UTF-8 text.';
  const nul = bytes.indexOf(0);
  if (nul >= 0) return refuse('GR1004', `${shownAs} is binary: byte ${nul + 1} is zero.`, remedy);
  try {
    return ok(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return refuse('GR1004', `${shownAs} holds bytes that are not UTF-8.`, remedy);
  }
}
