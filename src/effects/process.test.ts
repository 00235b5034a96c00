import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunAnswer, RunRequest } from '../kinds/effects.ts';
import { createProcesses } from './process.ts';
import { createRedactor } from './redaction.ts';

const processes = createProcesses(createRedactor(['hunter2-hunter2']));
const never = new AbortController().signal;
let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'greenroom-process-'));
});
afterAll(() => rm(directory, { recursive: true }));

const run = (argv: readonly string[], more: Partial<RunRequest> = {}, signal = never): Promise<RunAnswer> =>
  processes.run({ argv, directory, variables: {}, timeoutMs: 20_000, maxOutputBytes: 64 * 1024, ...more }, signal);
const node = (code: string): string[] => [process.execPath, '-e', code];
const exited = (answer: RunAnswer): Extract<RunAnswer, { status: 'exited' }> => {
  if (answer.status !== 'exited') throw new Error(`not started: ${answer.reason}`);
  return answer;
};
/** A zombie that nobody has collected yet is gone. */
const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux' || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

describe('a command', () => {
  test('whose answer is asked for apart: standard output as it came, its beginning only; the rest redacted as ever', async () => {
    const answer = await run(node('console.log("hunter2-hunter2"); console.error("hunter2-hunter2")'), {
      answerBytes: 7,
    });
    expect(answer).toMatchObject({ status: 'exited', output: '***\n', answer: { text: 'hunter2', bytes: 16 } });
  });

  test('tells its exit code, its output on both streams and takes standard input', async () => {
    const answer = await run(node('process.stdin.pipe(process.stdout); console.error("err"); process.exitCode = 3'), {
      stdin: 'in',
    });
    expect(answer).toMatchObject({ status: 'exited', exitCode: 3, signalName: null, timedOut: false, outputBytes: 6 });
    expect(exited(answer).output).toContain('err\n');
    expect(exited(answer).output).toContain('in');
  });

  test('F086 arguments arrive as they are written; nothing is a shell word', async () => {
    const hostile = [
      '; touch owned',
      '$(id)',
      '`id`',
      '--exec=x',
      '@/etc/passwd',
      '*',
      '-oProxyCommand=x',
      'a"b\'c',
      '',
    ];
    const answer = await run([
      process.execPath,
      '-e',
      'console.log(JSON.stringify(process.argv.slice(1)))',
      '--',
      ...hostile,
    ]);
    expect(JSON.parse(exited(answer).output)).toEqual(hostile);
  });

  test('F182 inherits nothing but PATH, HOME, LANG and TMPDIR', async () => {
    process.env['GREENROOM_TEST_SECRET'] = 'leak-me-please';
    const answer = await run(node('console.log(JSON.stringify(process.env))'), { variables: { MINE: 'yes' } });
    delete process.env['GREENROOM_TEST_SECRET'];
    const names = Object.keys(JSON.parse(exited(answer).output) as object);
    expect(names).toContain('MINE');
    expect(names.filter((name) => !['PATH', 'HOME', 'LANG', 'TMPDIR', 'MINE'].includes(name))).toEqual([]);
  });

  test('what cannot be started is a value with a reason', async () => {
    expect(await run(['no-such-program-here'])).toEqual({
      status: 'not-started',
      reason: 'there is no program "no-such-program-here"',
      errorCode: 'ENOENT',
    });
    expect(await run(['node'], { directory: '/nowhere/at/all' })).toMatchObject({
      reason: 'the folder /nowhere/at/all does not exist',
    });
    await writeFile(path.join(directory, 'not-a-program'), 'x');
    expect(await run([path.join(directory, 'not-a-program')])).toMatchObject({
      status: 'not-started',
      errorCode: 'EACCES',
    });
    expect(await run([])).toMatchObject({ status: 'not-started' });
    expect(await run(['node', 'a\0b'])).toMatchObject({ status: 'not-started' });
  });
});

describe('secrets in output', () => {
  test('F109 F110 are hidden, split between writes and between streams too', async () => {
    const code = `const w = (s, t) => new Promise((r) => s.write(t, () => setTimeout(r, 30)));
      (async () => { await w(process.stdout, 'a hunter2-'); await w(process.stdout, 'hunter2 b ');
      await w(process.stdout, Buffer.from('hunter2-hunter2').toString('base64') + '\\n');
      await w(process.stderr, 'hunter2-'); await w(process.stdout, 'hunter2'); })()`;
    const { output } = exited(await run(node(code)));
    expect(output).toMatch(/^a \*\*\* b \*\*\*\n/);
    expect(output).not.toContain('hunter2-hunter2');
  });
});

describe('F116 F117 output without end', () => {
  test('1 GB in one line: head and tail are kept, all is counted, memory stays flat, the process is not blocked', async () => {
    const gigabyte = 1024 ** 3;
    const code = `const b = Buffer.alloc(1 << 20, 'x'); let n = 1024; const fs = require('fs');
      fs.writeSync(1, 'first'); while (n--) { let at = 0; while (at < b.length) at += fs.writeSync(1, b, at); } fs.writeSync(1, 'last');`;
    let peakBytes = 0;
    const before = process.memoryUsage().rss;
    const timer = setInterval(() => (peakBytes = Math.max(peakBytes, process.memoryUsage().rss - before)), 20);
    const answer = exited(await run(node(code), { timeoutMs: 60_000 }));
    clearInterval(timer);
    expect(answer).toMatchObject({ exitCode: 0, timedOut: false, outputBytes: gigabyte + 9 });
    expect(answer.output).toMatch(/^firstx+\n… \d+ bytes left out …\nx+last$/);
    expect(answer.output.length).toBeLessThan(66 * 1024);
    expect(peakBytes).toBeGreaterThan(0);
    expect(peakBytes).toBeLessThan(150 * 1024 ** 2);
  }, 90_000);
});

describe('F118 a process that does not want to end', () => {
  test('ignoring SIGTERM and forking children: the whole group is gone 2 s after the timeout', async () => {
    const code = `process.on('SIGTERM', () => {});
      const c = require('child_process').spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)'], { stdio: 'inherit' });
      console.log(c.pid + ' ' + process.pid); setInterval(() => console.log('still here'), 50)`;
    const answer = exited(await run(node(code), { timeoutMs: 600 }));
    expect(answer).toMatchObject({ timedOut: true, signalName: 'SIGKILL', exitCode: null });
    expect(answer.durationMs).toBeLessThan(5_000);
    const pids = answer.output.split('\n')[0]!.split(' ').map(Number);
    expect(pids).toHaveLength(2);
    await expect.poll(() => pids.filter(isAlive), { timeout: 5_000 }).toEqual([]);
  });

  test('a daemon left behind in the group is ended; one outside it does not hold us', async () => {
    const spawnOne = (detached: boolean): string =>
      `const c = require('child_process').spawn('sleep', ['20'], { stdio: 'inherit', detached: ${detached} }); console.log(c.pid); c.unref();`;
    const inside = exited(await run(node(spawnOne(false))));
    // Killed is not yet gone: whoever inherits an orphan has to reap it first.
    await expect.poll(() => isAlive(Number(inside.output)), { timeout: 5_000 }).toBe(false);
    const outside = exited(await run(node(spawnOne(true))));
    expect(outside.durationMs).toBeLessThan(3_000);
    process.kill(Number(outside.output), 'SIGKILL');
  });

  test('an abort ends the group and rejects with its reason', async () => {
    const controller = new AbortController();
    const started = performance.now();
    setTimeout(() => controller.abort(new Error('enough')), 200);
    await expect(run(['sleep', '30'], {}, controller.signal)).rejects.toThrow('enough');
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});

test.each([false, true])('a command is ended with this process when it is bound to it: %s', async (isBound) => {
  const url = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
  const program = `import { createProcesses } from ${url('./process.ts')};
    import { createRedactor } from ${url('./redaction.ts')};
    const doors = createProcesses(createRedactor(), { isBound: ${isBound} });
    const file = process.argv[1];
    const argv = ['sh', '-c', 'echo $$ > "$0.new"; mv "$0.new" "$0"; sleep 600; true', file];
    void doors.run({ argv, directory: '/', variables: {}, timeoutMs: 600_000, maxOutputBytes: 9 }, new AbortController().signal);
    const { existsSync } = await import('node:fs');
    setInterval(() => existsSync(file) && process.exit(0), 20);`;
  const file = path.join(directory, `pid-${isBound}`);
  const answer = await run([process.execPath, '--input-type=module', '-e', program, file]);
  expect(exited(answer)).toMatchObject({ exitCode: 0 });
  const pid = Number(readFileSync(file, 'utf8'));
  try {
    if (!isBound) expect(isAlive(pid)).toBe(true);
    else await expect.poll(() => isAlive(pid), { timeout: 20_000 }).toBe(false);
  } finally {
    if (isAlive(pid)) process.kill(-pid, 'SIGKILL');
  }
});
