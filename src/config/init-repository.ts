import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import path from 'node:path';

/** What `init` looks at: names and small texts of one folder, nothing else. */
export interface Repository {
  /** Name of the folder. */
  readonly name: string;
  /** Names in a folder relative to the top (`''`), files and folders alike; none when there is no such folder. */
  names(folder: string): readonly string[];
  /** The beginning of a text file (at most 256 KiB); null when there is none. */
  text(file: string): string | null;
}

const textLimitBytes = 256 * 1024;

export function openRepository(directory: string): Repository {
  const top = path.resolve(directory);
  return {
    name: path.basename(top),
    names: (folder) => quietly(() => readdirSync(path.join(top, folder)).toSorted()) ?? [],
    text: (file) => quietly(() => beginning(path.join(top, file))),
  };
}

function beginning(file: string): string {
  const descriptor = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(textLimitBytes);
    return buffer.subarray(0, readSync(descriptor, buffer, 0, textLimitBytes, 0)).toString('utf8');
  } finally {
    closeSync(descriptor);
  }
}

/** What cannot be read is not there, as far as a first look goes. */
function quietly<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
