import { appendFile } from 'node:fs/promises';
import { identify } from '../host/process-identity.ts';
import { createProcesses } from './process.ts';
import { createRedactor } from './redaction.ts';
import { supervisedHost } from './supervised-host.ts';
import {
  attendSupervised,
  beginSupervised,
  forbidSupervised,
  killSupervised,
  removeSupervised,
  standOfSupervised,
  supervisedProcess,
} from './supervised.ts';

/** This machine, as the command driver is given it. Answers of programs are as they came; the driver hides secrets. */
export function commandHost(variables: Readonly<Record<string, string | undefined>> = process.env) {
  const { verifyTree, read, write, makeFolder, lock, now, elapsed, sleep, inheritedVariables } = supervisedHost();
  const processes = createProcesses(createRedactor());
  return {
    ...{ verifyTree, read, write, makeFolder, lock, now, elapsed, sleep, inheritedVariables },
    append: (path: string, text: string): Promise<void> => appendFile(path, text, { mode: 0o600 }),
    variable: (name: string): string | null => variables[name] ?? null,
    redaction(secrets: readonly string[]): (text: string) => string {
      const redactor = createRedactor(secrets);
      return (text) => redactor.text(text);
    },
    /** Kernel start time of a living process of this machine; null when there is none of that number. */
    startOf: (pid: number): string | null => identify(pid)?.startedTicks ?? null,
    run: processes.run,
    calls: {
      begin: beginSupervised,
      attend: attendSupervised,
      standOf: standOfSupervised,
      forbid: forbidSupervised,
      processOf: supervisedProcess,
      kill: killSupervised,
      remove: removeSupervised,
    },
  };
}
