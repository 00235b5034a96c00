import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

const here = import.meta.dirname;
const isSource = path.extname(import.meta.filename) === '.ts';
/** In a build one folder away from this code, as every program is. */
const file = path.join(here, isSource ? '../../dist/kernel/kernel.wasm' : '../kernel/kernel.wasm');

/** The compiled kernel of a refresh; null where there is none, or the sources that run now are newer than it. */
export function readKernelFile(): Uint8Array<ArrayBuffer> | null {
  try {
    if (isSource && !isFresh()) return null;
    return new Uint8Array(readFileSync(file));
  } catch {
    return null;
  }
}

function isFresh(): boolean {
  const compiledMs = statSync(file).mtimeMs;
  const folder = path.join(here, '../kernel');
  const sources = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return sources.every((name) => name.endsWith('.test.ts') || statSync(path.join(folder, name)).ctimeMs < compiledMs);
}
