import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../checks/testing/world.ts';
import { identify } from '../host/process-identity.ts';
import { openRunFolder } from './run-folder.ts';

const parent = path.join(temporaryFolder(), 'rehearsals');
const ended: string[][] = [];
const open = () => openRunFolder(parent, async (names) => void ended.push([...names]));
/** The folder of another process. */
const asOf = (mine: string, pid: number, ticks: string, boot?: string, host?: string): string => {
  const [ownHost, place, ownBoot, , , id] = path.basename(mine).split('.');
  const name = [host ?? ownHost, place, boot ?? ownBoot, pid, ticks, id].join('.');
  mkdirSync(path.join(parent, name));
  writeFileSync(path.join(parent, name, 'file'), 'x');
  return name;
};

test('what a killed process has left goes, with its commands; what is in use, or is of others, stays', async () => {
  const mine = await open();
  const other = spawn('sleep', ['30']);
  const { startedTicks } = identify(other.pid!)!;
  const inUse = asOf(mine, other.pid!, startedTicks);
  const reused = asOf(mine, other.pid!, '1');
  const before = asOf(mine, other.pid!, startedTicks, 'another-boot');
  const elsewhere = asOf(mine, other.pid!, startedTicks, 'another-boot', 'another-machine');
  const strange = ['run_0123', `${path.basename(mine).split('.')[0]}.1.2.3.4.0123456789ab`, 'notes'];
  for (const name of strange) mkdirSync(path.join(parent, name));
  const next = await open();
  expect(ended).toEqual([[], [before, reused].toSorted()]);
  const kept = [path.basename(mine), path.basename(next), inUse, elsewhere, ...strange].toSorted();
  expect(readdirSync(parent).toSorted()).toEqual(kept);
  other.kill('SIGKILL');
  await once(other, 'exit');
  await open();
  expect([existsSync(path.join(parent, inUse)), existsSync(mine)]).toEqual([false, true]);
});
