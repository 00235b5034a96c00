// As whom PostgreSQL runs: it refuses root, so root gives it to nobody; everyone else runs it as themselves.
import { spawnSync } from 'node:child_process';
import { chownSync, statSync } from 'node:fs';

export interface Account {
  readonly uid: number;
  readonly gid: number;
}

const nobody: Account = { uid: 65534, gid: 65534 };

export const isRoot = (): boolean => process.getuid?.() === 0;

/** null: as the user we are. Root runs PostgreSQL as the owner of data that is already there. */
export function accountFor(dataDir: string | null): Account | null {
  if (!isRoot()) return null;
  const owner = dataDir === null ? undefined : statSync(dataDir, { throwIfNoEntry: false });
  return owner === undefined || owner.uid === 0 ? nobody : { uid: owner.uid, gid: owner.gid };
}

/** Whether PostgreSQL's user can pass through every folder on the way: tried, since ACLs and mounts decide it too. */
export function canEnter(dir: string): boolean {
  const tried = spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', dir], {
    ...spawnAs(accountFor(null)),
    cwd: '/',
    stdio: 'ignore',
  });
  return tried.status === 0;
}

export function giveTo(account: Account | null, file: string): void {
  if (account !== null) chownSync(file, account.uid, account.gid);
}

/** Options for spawn: the user, a folder that is always there, and nothing of our own environment, which holds secrets. */
export function spawnAs(account: Account | null): { uid?: number; gid?: number; cwd: string; env: NodeJS.ProcessEnv } {
  const env = { PATH: '/usr/bin:/bin', LC_ALL: process.platform === 'linux' ? 'C.UTF-8' : 'C', TZ: 'UTC' };
  return { ...account, cwd: '/', env };
}
