// Folders for one use, each named after the process that uses it, so that the next use finds what a process that was killed has left.
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { bootId, isAlive, ownIdentity, pidWorld } from '../host/process-identity.ts';

const named = /^([^.]+)\.([^.]+)\.([^.]+)\.(\d+)\.([^.]*)\.[0-9a-f]{12}$/;
/** A home can be shared over a network: the boot and the pids of another machine say nothing here. */
const host = (): string => os.hostname().replaceAll(/[^\w-]/g, '-') || 'unknown';
const world = (): string => pidWorld().replace(/\D/g, '') || 'unknown';
const own = ({ pid, startedTicks } = ownIdentity()): string =>
  [host(), world(), bootId(), pid, startedTicks].map((each) => String(each).replaceAll('.', '-')).join('.');

/** Makes one below `parent`. What dead processes of this machine have left beside it is removed before, with `end` called for each of their names. */
export async function openRunFolder(parent: string, end: (names: readonly string[]) => Promise<void>): Promise<string> {
  await mkdir(parent, { recursive: true });
  const left = (await readdir(parent)).filter(isLeft);
  await end(left);
  for (const name of left) await rm(path.join(parent, name), { recursive: true, force: true });
  const folder = path.join(parent, `${own()}.${randomBytes(6).toString('hex')}`);
  await mkdir(folder);
  return folder;
}

/** A name of another machine, of another world of pids, or of somebody else, says nothing of whether it is in use. */
function isLeft(name: string): boolean {
  const [, machine, place, boot, pid, startedTicks] = named.exec(name) ?? [];
  if (machine !== host() || place !== world()) return false;
  return boot !== bootId().replaceAll('.', '-') || !isAlive({ pid: Number(pid), startedTicks: startedTicks! });
}
