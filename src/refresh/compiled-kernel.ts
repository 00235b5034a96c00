import { readKernelFile } from '../host/kernel-file.ts';

let module: WebAssembly.Module | null | undefined;

/** One for all kernels of a thread. Null where there is none that belongs to this code: the plain kernel masks the same, more slowly. */
export function compiledKernel(): WebAssembly.Module | null {
  if (module !== undefined) return module;
  const bytes = readKernelFile();
  module = bytes === null ? null : new WebAssembly.Module(bytes);
  return module;
}
