// Exactly one keeper per home. The lock dies with its holder: it names a process, and a dead one holds nothing.
//
// Generations make taking over free of races: who finds the newest generation n held by a dead process links n + 1,
// which only one can, and then looks again. A slow taker that links a generation already passed sees the newer one and
// withdraws. The newest file is never removed, so the count never falls back.
import { randomBytes } from 'node:crypto';
import { existsSync, linkSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { PostgresHome } from './postgres-home.ts';
import { errorCode, isIdentity, isRecord, readJson } from './postgres-home.ts';
import type { ProcessIdentity } from '../host/process-identity.ts';
import { bootId, isAlive, ownIdentity, pidWorld } from '../host/process-identity.ts';

/** A holder in another container cannot be looked up by pid; it counts as alive while it touches its file. */
const foreignHolderMs = 10_000;

export interface KeeperLock {
  readonly file: string;
  /** Shows holders' liveness to other containers. Throws when the home is gone. */
  touch(): void;
}

/** null when another process that lives is the keeper. */
export function claimKeeperLock(home: PostgresHome): KeeperLock | null {
  const seen = newestHolding(home);
  if (seen.holder !== null) return null;
  // Exactly the successor of what was seen to be dead: the newest by now may have a living holder.
  const generation = seen.generation + 1;
  const file = path.join(home.lockDir, String(generation));
  if (!linkOwn(home, file)) return null;
  if (Math.max(...generations(home)) !== generation) {
    rmSync(file, { force: true });
    return null;
  }
  for (const older of generations(home).filter((number) => number < generation)) {
    rmSync(path.join(home.lockDir, String(older)), { force: true });
  }
  return { file, touch: () => utimesSync(file, new Date(), new Date()) };
}

/** The process that keeps PostgreSQL now; null when there is none. */
export function keeperOf(home: PostgresHome): ProcessIdentity | null {
  return newestHolding(home).holder;
}

function newestHolding(home: PostgresHome): { generation: number; holder: ProcessIdentity | null } {
  for (;;) {
    const generation = Math.max(0, ...generations(home));
    const file = path.join(home.lockDir, String(generation));
    const holder = livingHolder(file);
    // A file that went away while we looked was passed by a newer one: look again.
    if (holder !== null || generation === 0 || existsSync(file)) return { generation, holder };
  }
}

function livingHolder(file: string): ProcessIdentity | null {
  const holder = readJson(file);
  if (!isIdentity(holder) || !isRecord(holder) || holder['bootId'] !== bootId()) return null;
  const alive = holder['pidWorld'] === pidWorld() ? isAlive(holder) : wasTouched(file);
  return alive ? { pid: holder.pid, startedTicks: holder.startedTicks } : null;
}

function linkOwn(home: PostgresHome, file: string): boolean {
  const draft = path.join(home.lockDir, `draft-${randomBytes(6).toString('hex')}`);
  const holder = { ...ownIdentity(), bootId: bootId(), pidWorld: pidWorld() };
  writeFileSync(draft, JSON.stringify(holder), { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function generations(home: PostgresHome): number[] {
  if (!existsSync(home.lockDir)) return [];
  const names = readdirSync(home.lockDir);
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

function wasTouched(file: string): boolean {
  const touchedMs = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Date.now() - touchedMs < foreignHolderMs;
}
