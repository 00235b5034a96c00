import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { isAlive, type RecordedIdentity, identify } from '../host/process-identity.ts';
import { endLeftoverCommands } from './leftover-commands.ts';

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0)) child.kill('SIGKILL');
});

/** A script that says the pid of what it starts, as the command of a check with this work folder. */
async function command(workFolder: string, script: string): Promise<{ leader: RecordedIdentity; said: number }> {
  const child = spawn('/bin/bash', ['-c', script], {
    detached: true,
    env: { ...process.env, GREENROOM_WORK_DIRECTORY: workFolder },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  started.push(child);
  const [line] = (await once(child.stdout!, 'data')) as [Buffer];
  return { leader: identify(child.pid!)!, said: Number(line.toString()) };
}

test('ends the commands of one check, with what they started in groups of their own, and nobody else', async () => {
  const script = 'setsid sleep 600 & echo $!; wait';
  const left = await command('/x/environments/staging/work/dep_1/unit/7-1', script);
  const other = await command('/x/environments/staging/work/dep_1/unit-2/8-1', script);
  const away = identify(left.said)!;
  await endLeftoverCommands(['work/dep_1/unit', 'work/dep_2']);
  expect([left.leader, away].map(isAlive)).toEqual([false, false]);
  expect([other.leader, identify(other.said)!].map(isAlive)).toEqual([true, true]);
  await endLeftoverCommands(['work/dep_1']);
  expect(isAlive(other.leader)).toBe(false);
});

test('what does not heed SIGTERM, and what hides its environment in such a group, is killed', async () => {
  const script = 'trap "" TERM; env -i sleep 600 & echo $!; while :; do sleep 0.1; done';
  const { leader, said } = await command('/x/work/dep_3/unit/1-1', script);
  const hidden = identify(said)!;
  await endLeftoverCommands(['work/dep_3']);
  expect([leader, hidden].map(isAlive)).toEqual([false, false]);
});

test('where nothing is left, nothing happens', async () => {
  await expect(endLeftoverCommands(['work/dep_nobody'])).resolves.toBeUndefined();
});
