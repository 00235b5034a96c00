import { readKernelFile } from '../host/kernel-file.ts';

let module: WebAssembly.Module | null | undefined;

/** One for all kernels of a thread. Null where there is none that belongs to this code, or the processor has no instructions for sixteen bytes: the plain kernel masks the same, more slowly. */
export function compiledKernel(): WebAssembly.Module | null {
  if (module !== undefined) return module;
  const bytes = readKernelFile();
  module = bytes !== null && WebAssembly.validate(bytes) ? new WebAssembly.Module(bytes) : null;
  return module;
}
