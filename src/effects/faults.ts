import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/**
 * Fault points: named places at which a test kills this process, so that recovery is tried at every step and not only where a crash happens to fall.
 * Off unless `GREENROOM_FAULTS` names a file; its first line is the point, its second a signal other than SIGKILL, such as SIGSTOP;
 * each point reached is appended to `<file>.reached`.
 */
export function faultPoint(variables: Readonly<Record<string, string | undefined>>): (point: string) => Promise<void> {
  const file = variables['GREENROOM_FAULTS'];
  if (file === undefined) return async () => {};
  return async (point) => {
    appendFileSync(`${file}.reached`, `${point}\n`);
    if (!existsSync(file)) return;
    const [wanted, signal] = readFileSync(file, 'utf8').split('\n');
    if (wanted !== point || existsSync(`${file}.fired`)) return;
    appendFileSync(`${file}.fired`, `${point} ${process.pid}\n`);
    process.kill(process.pid, signal || 'SIGKILL');
  };
}
