import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { afterEach, expect, test } from 'vitest';
import { bootId, deliver, identify, isAlive, ownIdentity, pidWorld, signalIdentity } from './process-identity.ts';
import { allCommandLines, commandLine, markedMembers, processRow } from './process-table.ts';

const started: ChildProcess[] = [];
afterEach(() => started.splice(0).forEach((child) => child.kill('SIGKILL')));

function run(script: string, variables: Record<string, string> = {}, isLeader = false): ChildProcess {
  const child = spawn('/bin/sh', ['-c', script], {
    env: { PATH: process.env['PATH'], ...variables },
    stdio: ['ignore', 'pipe', 'ignore'],
    detached: isLeader,
  });
  started.push(child);
  return child;
}

/** A child of `sh` that nobody waits for, so that it stays a zombie; answers its pid. */
async function zombie(): Promise<number> {
  // The shell becomes sleep, which inherits the ended child and never reaps it.
  const child = run('sleep 0.2 & echo $!; exec sleep 30');
  const [said] = (await once(child.stdout!, 'data')) as [Buffer];
  const pid = Number(said.toString());
  for (let waits = 0; processRow(pid)?.isDead !== true && waits < 200; waits += 1)
    await new Promise((resolve) => setTimeout(resolve, 10));
  return pid;
}

test('this process is alive under its own identity, and one that started at another time is not', () => {
  const own = ownIdentity();
  expect(own).toEqual({ pid: process.pid, startedTicks: expect.stringMatching(/^\d+$/) });
  expect(isAlive(own)).toBe(true);
  expect(isAlive({ ...own, startedTicks: '1' })).toBe(false);
});

test('an identity from another boot is dead, whatever runs under its pid now', () => {
  const recorded = identify(process.pid)!;
  expect(recorded.boot).toBe(bootId());
  expect(isAlive(recorded)).toBe(true);
  expect(isAlive({ ...recorded, boot: '00000000-0000-0000-0000-000000000000' })).toBe(false);
});

test('a zombie is dead, though a signal still reaches its pid', async () => {
  const pid = await zombie();
  expect(processRow(pid)).toMatchObject({ pid, isDead: true });
  expect(identify(pid)).toBeNull();
  expect(deliver(pid, 'SIGCONT')).toBe(true);
  expect(signalIdentity({ pid, startedTicks: processRow(pid)!.startedTicks }, 'SIGCONT')).toBe(false);
});

test('a signal goes only to the process that was meant', async () => {
  const child = run('exec sleep 30');
  await once(child, 'spawn');
  const identity = identify(child.pid!)!;
  expect(signalIdentity({ ...identity, startedTicks: '1' }, 'SIGKILL')).toBe(false);
  expect(signalIdentity(identity, 'SIGKILL')).toBe(true);
  await once(child, 'exit');
  expect(isAlive(identity)).toBe(false);
  expect(deliver(child.pid!, 'SIGKILL')).toBe(false);
});

test('finds the living of a group that carry the mark, and no strangers', async () => {
  const child = run('sleep 30 & echo started; wait', { ROOM: 'blue' }, true);
  await once(child.stdout!, 'data');
  expect(markedMembers(child.pid!, 'ROOM=blue')).toHaveLength(2);
  expect(markedMembers(child.pid!, 'ROOM=green')).toEqual([]);
  deliver(-child.pid!, 'SIGKILL');
});

test('reads command lines, of one process and of all', async () => {
  const child = run('exec sleep 31');
  await once(child, 'spawn');
  for (let waits = 0; commandLine(child.pid!)[0] !== 'sleep' && waits < 200; waits += 1)
    await new Promise((resolve) => setTimeout(resolve, 10));
  expect(commandLine(child.pid!)).toEqual(['sleep', '31']);
  expect(allCommandLines()).toContainEqual({ pid: child.pid, words: ['sleep', '31'] });
  expect(commandLine(999_999_999)).toEqual([]);
});

test('names the world of pids', () => expect(pidWorld()).toMatch(/^pid:\[\d+\]$/));
