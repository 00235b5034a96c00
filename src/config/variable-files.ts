import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import type { Environment } from '../domain/project.ts';
import type { ReferenceSources } from './references.ts';

const sizeLimitBytes = 1024 * 1024;

/** Text of a small regular file; null for everything else. */
function smallText(file: string): string | null {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return null;
  }
  try {
    const stat = fstatSync(descriptor);
    return stat.isFile() && stat.size <= sizeLimitBytes ? readFileSync(descriptor, 'utf8') : null;
  } finally {
    closeSync(descriptor);
  }
}

/** The files of an environment and the variables of the process, ready for `resolveVariables`. */
export function readSources(
  projectDirectory: string,
  environment: Environment,
  processVariables: Readonly<Record<string, string | undefined>>,
): ReferenceSources {
  const read = (file: string) => smallText(path.resolve(projectDirectory, file));
  const files = environment.variableFiles.map((file) => {
    const text = read(file);
    return { path: file, values: text === null ? null : (parseEnv(text) as Record<string, string>) };
  });
  return { process: processVariables, files, readSecretFile: read };
}
