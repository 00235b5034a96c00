// Ends what a playground started: services, edges, PostgreSQL and its keeper. Found by folder, so nobody else is touched.
import { existsSync, readlinkSync, rmSync } from 'node:fs';
import path from 'node:path';
import { homePaths, readState } from '../../src/embedded/postgres-home.ts';
import { runsProgram } from '../../src/host/program.ts';
import { allProcesses, isThere, signal, until, type SeenProcess } from '../kill/processes.ts';

export async function endEverything(directory: string): Promise<void> {
  const home = homePaths(path.join(directory, '.greenroom', 'postgres'));
  const state = existsSync(home.dir) ? readState(home) : null;
  // The keeper of PostgreSQL ends well only by itself; all others may be killed, since nothing of theirs is kept.
  const others = () => processesIn(directory).filter(({ argv }) => !runsProgram('embedded/keeper', argv));
  await until(`everything in ${directory} ended`, () => killed(others()), 15_000);
  const keepers = processesIn(directory).map(({ pid }) => pid);
  for (const pid of keepers) signal(pid, 'SIGTERM');
  if (keepers.length === 0 && state?.postmaster) signal(state.postmaster.pid, 'SIGQUIT');
  const left = [...keepers, ...(state?.postmaster ? [state.postmaster.pid] : [])];
  await until('PostgreSQL and its keeper ended', () => left.every((pid) => !isThere(pid)), 15_000);
  // Run by root, PostgreSQL keeps its data elsewhere, under an account of its own.
  if (state && !path.resolve(state.dataDir).startsWith(directory))
    rmSync(path.dirname(state.dataDir), { recursive: true, force: true });
  rmSync(directory, { recursive: true, force: true });
}

function killed(processes: readonly SeenProcess[]): boolean {
  for (const { pid } of processes) signal(pid, 'SIGKILL');
  return processes.length === 0;
}

/** Processes whose working folder or command line lies in a folder. */
export const processesIn = (directory: string): readonly SeenProcess[] =>
  allProcesses().filter(
    ({ pid, argv }) =>
      pid !== process.pid && (isIn(directory, workingFolder(pid)) || argv.some((word) => isIn(directory, word))),
  );

const isIn = (directory: string, place: string): boolean => place === directory || place.startsWith(`${directory}/`);

function workingFolder(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return '';
  }
}
