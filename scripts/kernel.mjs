// Compiles the kernel of a refresh to WebAssembly. Its sources are the subset that TypeScript and AssemblyScript share; three files have a form of their own.
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const folder = path.join(import.meta.dirname, '..', 'src', 'kernel');
const compiler = import.meta.filename;
const lock = path.join(import.meta.dirname, '..', 'package-lock.json');
const own = ['entry', 'memory', 'siphash', 'ask', 'blocks'];
/** Addresses of layout.ts end here; behind them are the compiler's own constants. */
const OWN_BYTES = 0x7000000;
const PAGE_BYTES = 0x10000;
const CONSTANT_PAGES = 4;

/** Text of a module by its name without an ending, or null. */
function sourceOf(name) {
  const isOwn = own.includes(name);
  const file = path.join(folder, isOwn ? `compiled/${name}.as` : `${name}.ts`);
  try {
    return readFileSync(file, 'utf8').replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1'");
  } catch {
    return null;
  }
}

/** Throws what the compiler says. The file is as old as the moment before its sources were read. */
export async function compileKernel(file) {
  const { default: asc } = await import('assemblyscript/asc');
  const began = new Date();
  const pages = String(OWN_BYTES / PAGE_BYTES + CONSTANT_PAGES);
  const written = new Map();
  const { error, stderr } = await asc.main(
    [
      ...['entry.ts', '--outFile', 'kernel.wasm', '-O3', '--runtime', 'stub', '--noAssert', '--enable', 'simd'],
      ...['--initialMemory', pages, '--maximumMemory', pages, '--memoryBase', String(OWN_BYTES)],
    ],
    {
      readFile: (name) => sourceOf(path.basename(name).replace(/\.ts$/, '')),
      writeFile: (name, contents) => void written.set(name, contents),
      listFiles: () => [],
    },
  );
  const wasm = written.get('kernel.wasm');
  if (error || wasm === undefined) throw new Error(`the kernel: ${error?.message ?? ''} ${stderr.toString()}`);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, wasm);
  utimesSync(file, began, began);
}

/** Whether the file was compiled from what stands there now. */
export function isCompiled(file) {
  const compiled = statSync(file, { throwIfNoEntry: false });
  const own = readdirSync(folder, { recursive: true }).filter((name) => /(?<!\.test)\.(?:ts|as)$/.test(name));
  const sources = [...own.map((name) => path.join(folder, name)), compiler, lock];
  return compiled !== undefined && sources.every((name) => statSync(name).ctimeMs < compiled.mtimeMs);
}
