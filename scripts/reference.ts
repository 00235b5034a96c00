// Writes what is drawn from the schemas: the JSON Schema for editors and the reference pages. `--check` only compares.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { referenceFiles } from '../src/config/reference-files.ts';
import { checks, drivers, traffic } from '../src/plugs.ts';

const root = path.resolve(import.meta.dirname, '..');
const isCheck = process.argv.includes('--check');
const current = (file: string): string | null => {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
};

for (const [name, text] of referenceFiles({ checks, drivers, traffic })) {
  const file = path.join(root, name);
  if (current(file) === text) continue;
  console.log(`${name} ${isCheck ? 'is out of date.\n  do     npm run reference' : 'written'}`);
  if (isCheck) process.exitCode = 1;
  else {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}
