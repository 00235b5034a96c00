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
import type { Proxy } from './proxies.ts';
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
export async function startHaproxy(options: HaproxyOptions, proxy: Proxy, state: ProxyState): Promise<Standing> {
  const { directory } = proxy;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  await writeFiles(options, proxy, state);
  await checkConfiguration(options, proxy);
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
      fail(await whyEnded(options, proxy, said, `it ended with ${child.exitCode ?? child.signalCode}`));
    }
    const standing = haproxyProcesses(directory).length > 0 ? await lookAt(directory) : null;
    if (standing) return standing;
    await sleep(10);
  }
  child.kill('SIGKILL');
  return fail(didNotStart(proxy, `it was not ready after ${startTimeoutMs / 1_000} s`));
}

const files = [configFile, mapFile, pageFile];
const draftOf = ({ directory }: Proxy, name: string): string => join(directory, `${name}.next`);

/** Configuration and map as HAProxy would read them at its next start. Not synced: they are drawn from the state again. */
export async function writeFiles(options: HaproxyOptions, proxy: Proxy, state: ProxyState): Promise<void> {
  await draftFiles(options, proxy, state);
  await takeDrafts(proxy);
}

/** Beside those that hold. */
export async function draftFiles(options: HaproxyOptions, proxy: Proxy, state: ProxyState): Promise<void> {
  const texts = [
    configText(await resolveHosts(proxy.services), state, proxy.reach),
    mapText(state),
    pageText(await readWish(options.stateDirectory)),
  ];
  for (const [index, name] of files.entries()) await writeFile(draftOf(proxy, name), texts[index]!, { mode: 0o600 });
}

/** To be called under the lock under which they were drafted, or where what was drafted is known to be what is wanted. */
export async function takeDrafts(proxy: Proxy): Promise<void> {
  for (const name of files) await rename(draftOf(proxy, name), join(proxy.directory, name));
}

async function checkConfiguration({ program }: HaproxyOptions, { directory }: Proxy): Promise<void> {
  const words = ['-c', ...programArguments(directory)];
  const { error, said } = await new Promise<{ error: Error | null; said: string }>((resolve) =>
    execFile(program, words, { cwd: '/', env: variables(), timeout: checkTimeoutMs }, (error, stdout, stderr) =>
      resolve({ error, said: `${stderr}${stdout}` }),
    ),
  );
  if (!error) return;
  if ('code' in error && typeof error.code === 'string') fail(noProgram(program, error));
  fail(refusedConfiguration(directory, said || error.message));
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

async function whyEnded(options: HaproxyOptions, proxy: Proxy, said: string, what: string): Promise<Failure> {
  const taken = /cannot bind socket \(Address already in use\)[^[]*\[(.+):(\d+)\]/.exec(said);
  if (!taken) return didNotStart(proxy, `${what}: ${said.trim().split('\n').at(-1) ?? ''}`);
  const [, host, port] = taken;
  const service = Object.keys(proxy.services).find((name) => proxy.services[name]!.port === Number(port)) ?? '?';
  const owner = (await options.machine.portOwner(Number(port))) ?? 'a process that cannot be seen from here';
  return {
    code: 'GR7402',
    message: `The public address ${host}:${port} of "${service}" is taken by ${owner}.`,
    where: `services.${service}`,
    do: 'Stop that process, or give the service another public port.',
  };
}

const didNotStart = ({ directory }: Proxy, what: string): Failure => ({
  code: 'GR7433',
  message: `HAProxy did not start: ${what}`,
  where: join(directory, 'haproxy.log'),
  do: 'The end of that file says why.',
});
