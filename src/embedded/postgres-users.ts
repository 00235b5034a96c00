// Who needs the database: one file per process. A file whose process is dead is swept away.
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { PostgresHome } from './postgres-home.ts';
import { isIdentity, isRecord, readJson, writeJson } from './postgres-home.ts';
import type { ProcessIdentity } from '../host/process-identity.ts';
import { bootId, isAlive } from '../host/process-identity.ts';

export interface PostgresUser {
  /** pid of a process that keeps the database alive while it lives */
  pid: number;
  /** kernel start time, so that a reused pid is another process */
  startedTicks: string;
  label: string;
}

/** A process may join twice; each joining has its own file and leaves on its own. Returns the file. */
export function addJoining(home: PostgresHome, user: PostgresUser): string {
  return addUser(home, user, `-${randomBytes(4).toString('hex')}`);
}

/** Registers a process once, however often it is called. */
export function addUser(home: PostgresHome, user: PostgresUser, suffix = ''): string {
  const file = path.join(home.usersDir, `${user.pid}-${user.startedTicks}${suffix}.json`);
  const { pid, startedTicks, label } = user;
  writeJson(file, { pid, startedTicks, label, bootId: bootId() });
  return file;
}

export function liveUsers(home: PostgresHome): PostgresUser[] {
  return readUsers(home).flatMap(({ user }) => (user !== null && isAlive(user) ? [user] : []));
}

/** Removes what the dead left behind. Only the keeper sweeps. */
export function sweepUsers(home: PostgresHome): void {
  for (const { file, user } of readUsers(home)) if (user === null || !isAlive(user)) rmSync(file, { force: true });
}

function readUsers(home: PostgresHome): { file: string; user: PostgresUser | null }[] {
  if (!existsSync(home.usersDir)) return [];
  const names = readdirSync(home.usersDir).filter((name) => name.endsWith('.json'));
  return names.map((name) => {
    const file = path.join(home.usersDir, name);
    return { file, user: parseUser(readJson(file)) };
  });
}

function parseUser(value: unknown): PostgresUser | null {
  if (!isIdentity(value) || !isRecord(value) || value['bootId'] !== bootId()) return null;
  const { pid, startedTicks }: ProcessIdentity = value;
  const label = (value as { label?: unknown }).label;
  return { pid, startedTicks, label: typeof label === 'string' ? label : 'unnamed' };
}
