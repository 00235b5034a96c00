import { hash } from 'node:crypto';
import { access } from 'node:fs/promises';
import { createProcesses } from './process.ts';
import { createRedactor } from './redaction.ts';
import { supervisedHost } from './supervised-host.ts';

/** Longest that a container is created and started under the lock of its environment, on a busy machine. */
const LOCK_PATIENCE_MS = 120_000;

/** This machine, as the compose driver is given it. What programs answer is as it came; the driver hides secrets. */
export function composeHost() {
  const { verifyTree, read, write, makeFolder, lock, freePort, isPortFree, now, elapsed, sleep } =
    supervisedHost(LOCK_PATIENCE_MS);
  return {
    ...{ verifyTree, read, write, makeFolder, lock, freePort, isPortFree, now, elapsed, sleep },
    exists: (path: string): Promise<boolean> =>
      access(path).then(
        () => true,
        () => false,
      ),
    redaction(secrets: readonly string[]): (text: string) => string {
      const redactor = createRedactor(secrets);
      return (text) => redactor.text(text);
    },
    hash: (text: string): string => hash('sha256', text),
    run: createProcesses(createRedactor()).run,
  };
}
