// The compiled kernel for tests: the build's where it is of these sources, or compiled on the spot; never an older one.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { compileKernel, isCompiled } from '../../../scripts/kernel.mjs';

const root = path.resolve(import.meta.dirname, '../../..');

export async function compiledKernel(): Promise<WebAssembly.Module> {
  const built = path.join(root, 'dist/kernel/kernel.wasm');
  const file = isCompiled(built) ? built : path.join(root, '.tmp/kernel.wasm');
  if (!isCompiled(file)) await compileKernel(file);
  return new WebAssembly.Module(new Uint8Array(readFileSync(file)));
}
