// What the tests of the embedded PostgreSQL need to start, watch and kill real processes.
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, lstatSync, mkdtempSync, readlinkSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { keeperOf } from '../keeper-lock.ts';
import { homePaths } from '../postgres-home.ts';
import { postgresState } from '../postgres.ts';
import { allCommandLines } from '../../host/process-table.ts';
import { runsProgram } from '../../host/program.ts';

export interface Joined {
  readonly child: ChildProcess;
  readonly adminUrl: string;
  readonly port: number;
  readonly tookMs: number;
  leave(): Promise<void>;
}

const program = fileURLToPath(new URL('join-and-wait.ts', import.meta.url));

export function makeHome(mode: number, account?: { uid: number; gid: number }): string {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'greenroom-postgres-'));
  chmodSync(dir, mode);
  if (account) chownSync(dir, account.uid, account.gid);
  return dir;
}

/** Waits until PostgreSQL has gone, then removes the home and what lies outside of it. */
export async function removeHome(home: string): Promise<void> {
  await until('PostgreSQL and its keeper gone', () => processesOf(home).length === 0, 15_000);
  const link = path.join(home, 'postgres-data');
  if (lstatSync(link, { throwIfNoEntry: false })?.isSymbolicLink()) {
    rmSync(path.dirname(readlinkSync(link)), { recursive: true, force: true });
  }
  rmSync(home, { recursive: true, force: true });
}

/** Joins from a process of its own; rejects with what it said when it could not. */
export function joinElsewhere(home: string, account?: { uid: number; gid: number }): Promise<Joined> {
  const child = spawn(process.execPath, [program, home], { ...account, stdio: ['pipe', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`exit code ${code}: ${complaint}`)));
    createInterface({ input: child.stdout }).once('line', (line) => {
      const told = JSON.parse(line) as Pick<Joined, 'adminUrl' | 'port' | 'tookMs'>;
      const leave = async () => {
        child.stdin.write('leave\n');
        await until('joined process ended', () => child.exitCode !== null, 5000);
      };
      resolve({ ...told, child, leave });
    });
  });
}

export interface RunningProcess {
  readonly pid: number;
  readonly role: 'keeper' | 'postmaster';
}

/** Keeper and server of a home; children of the server are not listed. */
export function processesOf(home: string): RunningProcess[] {
  const link = path.join(home, 'postgres-data');
  const dataDir = existsSync(link) && lstatSync(link).isSymbolicLink() ? readlinkSync(link) : link;
  return allCommandLines().flatMap(({ pid, words }): RunningProcess[] => {
    if (runsProgram('embedded/keeper', words) && words[2] === home) return [{ pid, role: 'keeper' }];
    return words[1] === '-D' && words[2] === dataDir ? [{ pid, role: 'postmaster' }] : [];
  });
}

/** Throws when it does not run: a kill of pid 0 would end the tests themselves. */
export const serverPid = (home: string): number => existing('server', postgresState(home)?.postmasterPid);
export const keeperPid = (home: string): number => existing('keeper', keeperOf(homePaths(home))?.pid);

function existing(role: string, pid: number | null | undefined): number {
  if (typeof pid !== 'number' || pid <= 1) throw new Error(`there is no ${role}`);
  return pid;
}

export async function query(url: string, text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query<Record<string, unknown>>(text, values)).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The answer once the server gives one again. */
export async function queryUntilAnswered(url: string, text: string): Promise<Record<string, unknown>[]> {
  let rows: Record<string, unknown>[] = [];
  const answers = () =>
    query(url, text).then(
      (found) => ((rows = found), true),
      () => false,
    );
  await until(`answer to ${text}`, answers, 10_000);
  return rows;
}

export async function until(what: string, holds: () => boolean | Promise<boolean>, waitMs: number): Promise<void> {
  const endMs = Date.now() + waitMs;
  while (!(await holds())) {
    if (Date.now() > endMs) throw new Error(`not within ${waitMs} ms: ${what}`);
    await sleep(25);
  }
}
