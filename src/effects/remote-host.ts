import { appendFile } from 'node:fs/promises';
import { createHttp } from './http.ts';
import { createRedactor } from './redaction.ts';
import { supervisedHost } from './supervised-host.ts';

/** A request is sent under the lock of its environment and takes two minutes at most; whoever waits for the lock waits longer. */
const LOCK_PATIENCE_MS = 150_000;

/** This machine and its way out, as drivers of remote systems are given them. Answers are as they came; the driver hides secrets. */
export function remoteHost(variables: Readonly<Record<string, string | undefined>> = process.env) {
  const { verifyTree, read, write, makeFolder, lock, now, elapsed, sleep } = supervisedHost(LOCK_PATIENCE_MS);
  return {
    ...{ verifyTree, read, write, makeFolder, lock, now, elapsed, sleep },
    append: (path: string, text: string): Promise<void> => appendFile(path, text, { mode: 0o600 }),
    variable: (name: string): string | null => variables[name] ?? null,
    redaction(secrets: readonly string[]): (text: string) => string {
      const redactor = createRedactor(secrets);
      return (text) => redactor.text(text);
    },
    request: createHttp(createRedactor()).request,
  };
}
