import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** One process as the kernel tells it now. */
export interface ProcessRow {
  readonly pid: number;
  /** Only the zombie is left: it holds a number, serves nothing and never will. */
  readonly isDead: boolean;
  readonly group: number;
  /** 0 where the system does not tell. */
  readonly session: number;
  /** Linux: clock ticks from boot to start (field 22 of /proc/<pid>/stat). Elsewhere the start time as `ps` prints it. */
  readonly startedTicks: string;
}

export interface CommandLine {
  readonly pid: number;
  readonly words: readonly string[];
}

const hasProc = existsSync('/proc/self/stat');

/** Null when nobody has this pid. */
export function processRow(pid: number): ProcessRow | null {
  if (!hasProc) return rowByPs(pid);
  const text = readIfThere(`/proc/${pid}/stat`);
  if (text === null) return null;
  // The name in brackets may itself hold blanks and brackets; fields are counted from the last one.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = 'X', , group = '', session = ''] = fields;
  // While other threads of a killed process still end, the first one is a zombie already, and its ports are still bound.
  const isDead = state === 'X' || (state === 'Z' && Number(fields[17]) <= 1);
  return { pid, isDead, group: Number(group), session: Number(session), startedTicks: fields[19] ?? '' };
}

/** The words a process was started with; empty when it is gone. A title that the process gave itself is one word. */
export function commandLine(pid: number): readonly string[] {
  if (!hasProc) return linesByPs(['-p', String(pid)]).flatMap((line) => line.words);
  return (readIfThere(`/proc/${pid}/cmdline`) ?? '').split('\0').filter((word) => word !== '');
}

/** Every process that can be seen, with its command line. */
export function allCommandLines(): readonly CommandLine[] {
  if (!hasProc) return linesByPs(['-ax']);
  return allPids().map((pid) => ({ pid, words: commandLine(pid) }));
}

/**
 * Living processes of a group or session that carry `NAME=value` in the environment they were started with. The mark keeps
 * strangers out when the leader is gone and its number has been given to another group. One that is just exiting has no
 * environment any more but may still hold its port, so it counts. Empty where there is no /proc.
 */
export function markedMembers(leaderPid: number, mark: string): readonly number[] {
  if (!hasProc) return [];
  return allPids().filter((pid) => {
    const row = processRow(pid);
    if (row === null || row.isDead || (row.group !== leaderPid && row.session !== leaderPid)) return false;
    const environment = readIfThere(`/proc/${pid}/environ`);
    return environment === '' || environment?.split('\0').includes(mark);
  });
}

/** Living processes that were started with a value of this variable that `fits`. Empty where there is no /proc. */
export function processesGiven(name: string, fits: (value: string) => boolean): readonly ProcessRow[] {
  if (!hasProc) return [];
  return allPids().flatMap((pid) => {
    const given = readIfThere(`/proc/${pid}/environ`)
      ?.split('\0')
      .find((each) => each.startsWith(`${name}=`));
    const row = given !== undefined && fits(given.slice(name.length + 1)) ? processRow(pid) : null;
    return row === null || row.isDead ? [] : [row];
  });
}

const allPids = (): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);

function rowByPs(pid: number): ProcessRow | null {
  const [state, group, ...started] = ps('-o', 'stat=,pgid=,lstart=', '-p', String(pid)).trim().split(/\s+/);
  if (!state) return null;
  return { pid, isDead: state.startsWith('Z'), group: Number(group), session: 0, startedTicks: started.join(' ') };
}

function linesByPs(selection: readonly string[]): CommandLine[] {
  return ps(...selection, '-o', 'pid=,command=')
    .split('\n')
    .flatMap((line) => {
      const found = /^\s*(\d+)\s+(.+)$/.exec(line);
      return found ? [{ pid: Number(found[1]), words: [found[2]!, ...found[2]!.split(/\s+/)] }] : [];
    });
}

/** Empty when `ps` finds nobody, or is not there. */
function ps(...words: readonly string[]): string {
  try {
    return execFileSync('ps', words, { encoding: 'utf8', env: { ...process.env, LC_ALL: 'C' } });
  } catch {
    return '';
  }
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
