import { readKernelFile } from '../host/kernel-file.ts';

/** Null where there is none that belongs to this code: the plain kernel masks the same, more slowly. */
export function compiledKernel(): WebAssembly.Module | null {
  const bytes = readKernelFile();
  return bytes === null ? null : new WebAssembly.Module(bytes);
}
