import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  attendSupervised,
  beginSupervised,
  forbidSupervised,
  killSupervised,
  removeSupervised,
  runSupervised,
  standOfSupervised,
  stopSupervised,
  supervisedProcess,
  type SupervisedRequest,
} from './supervised.ts';
import { identify, isAlive } from '../host/process-identity.ts';
import { claimOf, supervisedDirectory, type SupervisedClaim } from './supervised-record.ts';

let root: string;
let runs: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'greenroom-supervised-'));
  runs = join(root, 'runs');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const never = new AbortController().signal;
const id = 'dep_1.migrate/main';
const request = (script: string, more: Partial<SupervisedRequest> = {}): SupervisedRequest => ({
  id,
  directory: join(root, 'state'),
  argv: ['sh', '-c', `echo run >> "$RUNS"; ${script}`],
  cwd: root,
  variables: { RUNS: runs },
  timeoutMs: 10_000,
  maxOutputBytes: 10_000,
  graceMs: 200,
  ...more,
});
const runCount = (): number => (existsSync(runs) ? readFileSync(runs, 'utf8').split('\n').length - 1 : 0);
const folder = (): string => supervisedDirectory(join(root, 'state'), request('').id);
const claim = (): SupervisedClaim => JSON.parse(readFileSync(claimOf(folder()), 'utf8')) as SupervisedClaim;
const until = async (holds: () => boolean): Promise<void> => {
  for (const endMs = performance.now() + 10_000; !holds(); await sleep(10))
    if (performance.now() > endMs) throw new Error('it did not come to that in 10 s');
};

/** A control plane of its own, to be killed. */
function plane(of: SupervisedRequest): ChildProcess {
  const script = `const { runSupervised } = await import(${JSON.stringify(new URL('./supervised.ts', import.meta.url).href)});
    const answer = await runSupervised(JSON.parse(process.env.REQUEST), new AbortController().signal);
    console.log(JSON.stringify(answer));`;
  const env = { PATH: process.env['PATH'], REQUEST: JSON.stringify(of) };
  return spawn(process.execPath, ['-e', script], { env, stdio: ['ignore', 'ignore', 'inherit'] });
}

test('answers exit code and output, and the second call answers the same without a second run', async () => {
  const first = await runSupervised(request('echo out; echo err >&2; exit 3'), never);
  expect(first).toMatchObject({ status: 'exited', exitCode: 3, timedOut: false, stopped: false, outputBytes: 8 });
  expect(first.status === 'exited' && first.output.split('\n').toSorted()).toEqual(['', 'err', 'out']);
  expect(await runSupervised(request('exit 0'), never)).toEqual(first);
  expect(runCount()).toBe(1);
});

test('a program that does not exist was not started, and its folder neither', async () => {
  const answer = await runSupervised(request('', { argv: ['no-such-program'] }), never);
  expect(answer).toMatchObject({ status: 'not-started', errorCode: 'ENOENT' });
});

test('eight callers at once, one run, one answer', async () => {
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => runSupervised(request('sleep 0.3; echo once'), never)),
  );
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(answers[0]).toMatchObject({ status: 'exited', output: 'once\n' });
  expect(runCount()).toBe(1);
});

test('F002 the caller is killed in the middle: the command goes on, and the next caller gets its answer', async () => {
  const slow = request('sleep 0.6; echo done');
  const first = plane(slow);
  await until(() => runCount() === 1);
  first.kill('SIGKILL');
  const runner = claim().runner;
  expect(isAlive(runner)).toBe(true);
  expect(await runSupervised(slow, never)).toMatchObject({ status: 'exited', exitCode: 0, output: 'done\n' });
  expect(runCount()).toBe(1);
});

test('F001 F002 the caller is killed at any time: at most one run, and the answer of that run', async () => {
  for (const [index, afterMs] of [0, 40, 70, 100, 130, 160, 250].entries()) {
    rmSync(runs, { force: true });
    const work = request('sleep 0.1; echo done', { id: `attempt ${index}` });
    const first = plane(work);
    await sleep(afterMs);
    first.kill('SIGKILL');
    expect(await runSupervised(work, never)).toMatchObject({ status: 'exited', exitCode: 0, output: 'done\n' });
    expect({ afterMs, runs: runCount() }).toEqual({ afterMs, runs: 1 });
  }
});

test('F008 the runner is killed: unknown, with what was printed, and never a second run', async () => {
  const slow = request('echo began; sleep 30');
  const answered = runSupervised(slow, never);
  await until(
    () => existsSync(join(folder(), 'command.json')) && readFileSync(join(folder(), 'output'), 'utf8') !== '',
  );
  const command = JSON.parse(readFileSync(join(folder(), 'command.json'), 'utf8')) as { pid: number };
  process.kill(claim().runner.pid, 'SIGKILL');
  const unknown = { status: 'unknown', output: 'began\n', reason: expect.stringContaining(`process ${command.pid}`) };
  expect(await answered).toMatchObject(unknown);
  expect(await runSupervised(slow, never)).toMatchObject(unknown);
  process.kill(-command.pid, 'SIGKILL');
  await until(() => identify(command.pid) === null);
  const later = await runSupervised(slow, never);
  expect(later.status === 'unknown' && later.reason).not.toContain('still runs');
  expect(runCount()).toBe(1);
});

test('the time limit ends the whole group, also one that ignores SIGTERM, while nobody watches', async () => {
  const stubborn = request("trap '' TERM; sleep 30 & echo $!; wait; sleep 30", { timeoutMs: 300 });
  const first = plane(stubborn);
  await until(() => runCount() === 1);
  first.kill('SIGKILL');
  const answer = await runSupervised(stubborn, never);
  expect(answer).toMatchObject({ status: 'exited', exitCode: null, signalName: 'SIGKILL', timedOut: true });
  expect(identify(Number(answer.status === 'exited' && answer.output))).toBe(null);
});

test('a child that keeps the output open does not keep the answer', async () => {
  const answer = await runSupervised(request('sleep 30 & echo $!'), never);
  expect(answer).toMatchObject({ status: 'exited', exitCode: 0 });
  await until(() => identify(Number(answer.status === 'exited' && answer.output)) === null);
});

test('an abort stops the waiting, not the command; stopSupervised stops the command', async () => {
  const slow = request('echo began; sleep 30');
  const answered = runSupervised(slow, AbortSignal.timeout(400));
  await expect(answered).rejects.toMatchObject({ name: 'TimeoutError' });
  await until(() => runCount() === 1);
  expect(isAlive(claim().runner)).toBe(true);
  expect(await stopSupervised(slow.directory, slow.id)).toBe(true);
  expect(await runSupervised(slow, never)).toMatchObject({ status: 'exited', stopped: true, timedOut: false });
  expect(await stopSupervised(slow.directory, slow.id)).toBe(false);
});

test('F015 output without end is cut in its middle, and counted', async () => {
  const lots = request('echo first; head -c 3000000 /dev/zero | tr "\\0" x; echo last', { maxOutputBytes: 1_000 });
  const answer = await runSupervised(lots, never);
  expect(answer).toMatchObject({ status: 'exited', outputBytes: 3_000_011 });
  const output = answer.status === 'exited' ? answer.output : '';
  expect(output).toMatch(/^first\nx+\n… 2999011 bytes left out …\nx+last\n$/);
});

test('F182 variables stand in no argv and in no file, and files are for their owner only', async () => {
  const secret = 'canary-8d1f2c';
  const variables = { RUNS: runs, TOKEN: secret };
  const quiet = request('echo ${#TOKEN}; sleep 0.5', { variables });
  const answered = runSupervised(quiet, never);
  await until(() => runCount() === 1);
  const runner = readFileSync(`/proc/${claim().runner.pid}/cmdline`, 'utf8');
  expect(runner).toContain('supervisor');
  expect(runner + readFileSync(`/proc/${claim().runner.pid}/environ`, 'utf8')).not.toContain(secret);
  expect(await answered).toMatchObject({ exitCode: 0, output: `${secret.length}\n` });
  expect(statSync(folder()).mode & 0o777).toBe(0o700);
  for (const name of readdirSync(folder())) {
    expect(readFileSync(join(folder(), name), 'utf8')).not.toContain(secret);
    expect(statSync(join(folder(), name)).mode & 0o777).toBe(0o600);
  }
});

const state = (): string => join(root, 'state');

test('it reads what it is given, which no file holds; standard output comes apart, its beginning only, all of it counted', async () => {
  const more = { stdin: 'a-secret-thing', answerBytes: 6 };
  const ended = await runSupervised(request('cat; echo said >&2', more), never);
  expect(ended).toMatchObject({ status: 'exited', exitCode: 0, output: 'said\n', outputBytes: 5 });
  expect(ended).toMatchObject({ answer: { text: 'a-secr', bytes: 14 } });
  for (const name of readdirSync(folder())) expect(readFileSync(join(folder(), name), 'utf8')).not.toContain('secret');
});

test('what was begun is on record at once, and anybody may wait for its end', async () => {
  expect(await standOfSupervised(state(), id)).toEqual({ status: 'nothing' });
  expect(await beginSupervised(request('until [ -e go ]; do sleep 0.05; done; exit 4'), never)).toBeNull();
  expect(await standOfSupervised(state(), id)).toEqual({ status: 'running' });
  expect(await forbidSupervised(state(), id)).toBe(false);
  const waiting = attendSupervised(state(), id, never);
  writeFileSync(join(root, 'go'), '');
  expect(await waiting).toMatchObject({ status: 'exited', exitCode: 4 });
  expect(await beginSupervised(request('exit 0'), never)).toMatchObject({ exitCode: 4 });
  expect(runCount()).toBe(1);
});

test('an id that was forbidden never runs, and who waits for one that was removed is told', async () => {
  expect(await forbidSupervised(state(), id)).toBe(true);
  expect(await runSupervised(request('exit 0'), never)).toMatchObject({
    status: 'not-started',
    errorCode: 'EFORBIDDEN',
  });
  expect(runCount()).toBe(0);
  await removeSupervised(state(), id);
  expect(await attendSupervised(state(), id, never)).toMatchObject({ status: 'unknown' });
});

test('a command that outlives its runner is found, and its whole group can be ended', async () => {
  await beginSupervised(request('sleep 60 & sleep 60'), never);
  await until(() => runCount() === 1);
  await expect.poll(() => supervisedProcess(state(), id), { timeout: 10_000 }).not.toBeNull();
  process.kill(claim().runner.pid, 'SIGKILL');
  await expect.poll(async () => (await standOfSupervised(state(), id)).status, { timeout: 10_000 }).toBe('over');
  expect(await supervisedProcess(state(), id)).not.toBeNull();
  await killSupervised(state(), id);
  await expect.poll(() => supervisedProcess(state(), id), { timeout: 10_000 }).toBeNull();
});
