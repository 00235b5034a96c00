import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { identify, isAlive } from '../host/process-identity.ts';

// A tree appears whole and goes whole: it is made and taken apart under a name that says whose work that is.
const WORK = /^\.(?:incoming|leaving)-(\d+)-([^-]+)-/;

/** Beginning of the name under which this process makes a tree, or takes one apart. */
export const workPrefix = (work: 'incoming' | 'leaving'): string =>
  `.${work}-${process.pid}-${safe(identify(process.pid)?.startedTicks ?? '0')}-`;

/** Removes what a killed one left behind: the name tells who it was, and a pid used again is not its owner. */
export async function sweep(storeDir: string): Promise<void> {
  for (const name of await readdir(storeDir)) {
    const [, pid, startedTicks] = WORK.exec(name) ?? [];
    if (!pid || !startedTicks) continue;
    const now = identify(Number(pid));
    if (now && isAlive(now) && safe(now.startedTicks) === startedTicks) continue;
    await rm(join(storeDir, name), { recursive: true, force: true });
  }
}

const safe = (ticks: string): string => ticks.replaceAll(/[^0-9A-Za-z]/g, '_');
