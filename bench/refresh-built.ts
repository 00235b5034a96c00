/** The refresh that is measured, bundled as a build is: where Node takes the types out of sources it does so in each thread, by a program whose memory is not Greenroom's. */
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { bundle } from '../scripts/bundle.mjs';

const root = path.join(import.meta.dirname, '..');
const threads = ['copy', 'dump', 'prove'].map((name) => `refresh/${name}-thread`);

/** Its program, which takes the arguments of refresh-child.ts. */
export async function buildRefresh(): Promise<string> {
  const dir = path.join(root, '.tmp', 'bench-refresh');
  const programs = Object.fromEntries(threads.map((name) => [name, `src/${name}.ts`]));
  await bundle({ ...programs, 'bench/refresh-child': 'bench/refresh-child.ts' }, dir);
  mkdirSync(path.join(dir, 'kernel'), { recursive: true });
  copyFileSync(path.join(root, 'dist/kernel/kernel.wasm'), path.join(dir, 'kernel/kernel.wasm'));
  return path.join(dir, 'bench/refresh-child.js');
}
