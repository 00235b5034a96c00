// A driver for Greenroom: every service is a process of this machine (Linux). It speaks greenroom.driver/1.
import { spawn } from 'node:child_process';
import { existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

const asked = JSON.parse(await text(process.stdin));
if (asked.protocol !== 'greenroom.driver/1') throw new Error(`unknown protocol ${asked.protocol}`);
const actions = { prepare, start, stop, state };
console.log(JSON.stringify(await actions[asked.action]()));

async function prepare() {
  console.error(`making ready for ${asked.release.id} in ${asked.colour}`);
  return { outcome: 'done' };
}

async function start() {
  const [service] = asked.services;
  const { note, pidFile, log } = filesOf(service.name);
  if (running(service.name)?.release === asked.release.id) return { outcome: 'done' };
  const port = await freePort();
  const begun = { release: asked.release.id, port, key: asked.key, startedAt: new Date().toISOString() };
  rmSync(pidFile, { force: true });
  writeFileSync(note, JSON.stringify(begun));
  // The shell writes its number down before it becomes the service, so that nothing runs that is not on record.
  const shell = 'echo $$ > "$1.new" && mv "$1.new" "$1" && shift && exec "$@"';
  const output = openSync(log, 'a', 0o600);
  const child = spawn('/bin/sh', ['-c', shell, 'sh', pidFile, ...service.argv], {
    cwd: asked.release.directory,
    env: { PATH: process.env.PATH, ...service.variables, PORT: port, HOST: asked.host, DRIVER_KEY: asked.key },
    detached: true,
    stdio: ['ignore', output, output],
  });
  child.unref();
  while (!existsSync(pidFile) && child.exitCode === null) await sleep(10);
  console.error(`${service.name} is process ${child.pid} on port ${port}`);
  return { outcome: 'done' };
}

async function stop() {
  const [{ name, stopGraceMs }] = asked.services;
  const until = Date.now() + stopGraceMs;
  for (let now = running(name); now; now = running(name)) {
    process.kill(now.pid, Date.now() < until ? 'SIGTERM' : 'SIGKILL');
    await sleep(50);
  }
  const { note, pidFile } = filesOf(name);
  for (const file of [pidFile, note]) rmSync(file, { force: true });
  return { outcome: 'done' };
}

async function state() {
  const instances = asked.services.flatMap(({ name }) => {
    const now = running(name);
    if (!now) return [];
    const { pid, release, port, startedAt } = now;
    return [{ service: name, release, host: asked.host, port, startedAt, pid, log: { path: filesOf(name).log } }];
  });
  return { instances };
}

/** What runs there, by its number and by the key in its environment: the number alone may be a stranger's by now. */
function running(service) {
  const { note, pidFile } = filesOf(service);
  try {
    const begun = JSON.parse(readFileSync(note, 'utf8'));
    const pid = Number(readFileSync(pidFile, 'utf8'));
    const isOurs = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`DRIVER_KEY=${begun.key}`);
    return isOurs ? { pid, ...begun } : null;
  } catch {
    return null;
  }
}

function filesOf(service) {
  const file = (ending) => `${asked.stateDirectory}/${service}.${ending}`;
  return { note: file('json'), pidFile: file('pid'), log: file('log') };
}

async function freePort() {
  for (;;) {
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const server = createServer();
    const isFree = await new Promise((resolve) => {
      server.once('error', () => resolve(false)).listen(port, asked.host, () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => server.close(resolve));
    return port;
  }
}
