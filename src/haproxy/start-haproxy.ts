import { execFile, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fail, type Failure } from '../domain/failure.ts';
import { configFile, configText, mapFile, mapText, pageFile } from './config-text.ts';
import { readWish } from './keep-state.ts';
import { pageText } from './show-page.ts';
import type { HaproxyOptions } from './haproxy-options.ts';
import { haproxyProcesses, programArguments } from './haproxy-processes.ts';
import { resolveHosts } from './resolve-hosts.ts';
import type { ProxyState } from './proxy-state.ts';
import { lookAt, type Standing } from './standing.ts';

const startTimeoutMs = 15_000;
const checkTimeoutMs = 15_000;
const largestLogBytes = 5 * 1_024 * 1_024;

/**
 * Starts HAProxy with what the state says and waits until it answers. To be called under the lock, when it does not run.
 * Throws GR7431 (no such program), GR7432 (configuration refused), GR7402 (address taken), GR7433 (did not come up).
 */
export async function startHaproxy(options: HaproxyOptions, state: ProxyState): Promise<Standing> {
  const directory = options.stateDirectory;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFiles(options, state);
  await checkConfiguration(options);
  const logPath = join(directory, 'haproxy.log');
  const isLong = (statSync(logPath, { throwIfNoEntry: false })?.size ?? 0) > largestLogBytes;
  const log = openSync(logPath, isLong ? 'w' : 'a', 0o600);
  const logFrom = statSync(logPath).size;
  const child = spawn(options.program, ['-db', ...programArguments(directory)], {
    ...{ cwd: '/', detached: true, stdio: ['ignore', log, log], env: variables() },
  });
  const errors: Error[] = [];
  child.on('error', (error) => errors.push(error));
  child.unref();
  closeSync(log);
  const untilMs = performance.now() + startTimeoutMs;
  while (performance.now() < untilMs) {
    if (errors[0]) fail(noProgram(options.program, errors[0]));
    if (child.exitCode !== null || child.signalCode !== null) {
      const said = readFileSync(logPath, 'utf8').slice(logFrom);
      fail(await whyEnded(options, said, `it ended with ${child.exitCode ?? child.signalCode}`));
    }
    const standing = haproxyProcesses(directory).length > 0 ? await lookAt(directory) : null;
    if (standing) return standing;
    await sleep(10);
  }
  child.kill('SIGKILL');
  return fail(didNotStart(options, `it was not ready after ${startTimeoutMs / 1_000} s`));
}

/** Configuration and map as HAProxy would read them at its next start. Not synced: they are drawn from the state again. */
export async function writeFiles({ stateDirectory, services }: HaproxyOptions, state: ProxyState): Promise<void> {
  const listeners = await resolveHosts(services);
  for (const [name, text] of [
    [configFile, configText(listeners, state)],
    [mapFile, mapText(state)],
    [pageFile, pageText(await readWish(stateDirectory))],
  ] as const) {
    const temporary = join(stateDirectory, `${name}.tmp`);
    await writeFile(temporary, text, { mode: 0o600 });
    await rename(temporary, join(stateDirectory, name));
  }
}

async function checkConfiguration({ program, stateDirectory }: HaproxyOptions): Promise<void> {
  const words = ['-c', ...programArguments(stateDirectory)];
  const { error, said } = await new Promise<{ error: Error | null; said: string }>((resolve) =>
    execFile(program, words, { cwd: '/', env: variables(), timeout: checkTimeoutMs }, (error, stdout, stderr) =>
      resolve({ error, said: `${stderr}${stdout}` }),
    ),
  );
  if (!error) return;
  if ('code' in error && typeof error.code === 'string') fail(noProgram(program, error));
  fail(refusedConfiguration(stateDirectory, said || error.message));
}

/** The first complaint, with the line it is about. */
function refusedConfiguration(directory: string, said: string): Failure {
  const path = join(directory, configFile);
  const alert = said.split('\n').find((line) => line.includes('[ALERT]')) ?? said.split('\n')[0]!;
  const text = alert.replace(/^.*?\[ALERT\]\s*(?:\(\d+\)\s*:\s*)?(?:config\s*:\s*)?/, '').trim();
  const line = Number(/\[[^\]]*haproxy\.cfg:(\d+)\]/.exec(alert)?.[1] ?? 0);
  const lines = readFileSync(path, 'utf8').split('\n');
  return {
    code: 'GR7432',
    message: `HAProxy refuses the configuration that was written for it: ${text}`,
    where: line > 0 ? `${path}:${line}` : path,
    do: `${line > 0 ? `The line is "${(lines[line - 1] ?? '').trim()}". ` : ''}It is written for HAProxy 2.6 and newer: compare "haproxy -v", and try "haproxy -c ${programArguments(directory).join(' ')}".`,
  };
}

/** Nothing of the caller's environment, which may hold secrets. Debian keeps HAProxy where an ordinary user's PATH does not look. */
const variables = (): Record<string, string> => {
  const { PATH = '/usr/local/bin:/usr/bin:/bin', HOME = '/' } = process.env;
  return { PATH: `${PATH}:/usr/local/sbin:/usr/sbin`, HOME };
};

const noProgram = (program: string, error: Error): Failure => ({
  code: 'GR7431',
  message: `HAProxy cannot be started: there is no program "${program}" (${error.message}).`,
  where: 'environments.<name>.traffic.program',
  do: 'Install it ("apt-get install haproxy"), name its path ("traffic: { kind: haproxy, program: /path }"), or use "traffic: edge".',
});

async function whyEnded(options: HaproxyOptions, said: string, what: string): Promise<Failure> {
  const taken = /cannot bind socket \(Address already in use\)[^[]*\[(.+):(\d+)\]/.exec(said);
  if (!taken) return didNotStart(options, `${what}: ${said.trim().split('\n').at(-1) ?? ''}`);
  const [, host, port] = taken;
  const service = Object.keys(options.services).find((name) => options.services[name]!.port === Number(port)) ?? '?';
  const owner = (await options.machine.portOwner(Number(port))) ?? 'a process that cannot be seen from here';
  return {
    code: 'GR7402',
    message: `The public address ${host}:${port} of "${service}" is taken by ${owner}.`,
    where: `services.${service}`,
    do: 'Stop that process, or give the service another public port.',
  };
}

const didNotStart = ({ stateDirectory }: HaproxyOptions, what: string): Failure => ({
  code: 'GR7433',
  message: `HAProxy did not start: ${what}`,
  where: join(stateDirectory, 'haproxy.log'),
  do: 'The end of that file says why.',
});
