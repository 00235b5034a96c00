/** Two PostgreSQL servers of the machine's own package, source and target, with the tools that came with them. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { installBinaries } from '../src/embedded/binaries.ts';
import { openHome } from '../src/embedded/postgres-home.ts';
import { accountFor, giveTo, spawnAs } from '../src/embedded/postgres-account.ts';

export interface Server {
  readonly port: number;
  readonly url: (database: string, role?: string) => string;
  /** Of the postmaster that runs, or ran last. */
  pid(): number;
  /** Again, after its end. */
  start(): void;
}

export interface Servers {
  readonly binDir: string;
  readonly dir: string;
  readonly source: Server;
  readonly target: Server;
  close(): void;
}

const debian = '/usr/lib/postgresql';
/** The programs of the embedded PostgreSQL, which are a server's alone. */
export const embeddedTools = (homeDir: string): string => installBinaries(openHome(homeDir)).binDir;

const needed = ['initdb', 'pg_ctl', 'postgres', 'pg_dump', 'pg_restore', 'psql'];

/** Of the newest PostgreSQL that is there whole; null where none is, for nothing here is measured with half of the tools. */
export function findTools(): string | null {
  const majors = existsSync(debian) ? readdirSync(debian).toSorted((a, b) => Number(b) - Number(a)) : [];
  const dirs = majors.map((major) => path.join(debian, major, 'bin'));
  return dirs.find((dir) => needed.every((tool) => existsSync(path.join(dir, tool)))) ?? null;
}

/** `targetDir`: programs of the target, where it has others. */
export async function openServers(binDir: string, targetDir = binDir): Promise<Servers> {
  const account = accountFor(null);
  const dir = mkdtempSync(path.join('/var/tmp', 'greenroom-bench-refresh-'));
  giveTo(account, dir);
  const run = (toolDir: string, tool: string, args: readonly string[]): void => {
    const done = spawnSync(path.join(toolDir, tool), args, {
      ...spawnAs(account),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    if (done.status !== 0) throw new Error(`${tool}: ${String(done.stderr)}`);
  };
  const began: (readonly [string, string])[] = [];
  const open = async (name: string, toolDir: string): Promise<Server> => {
    const data = path.join(dir, name);
    const port = await freePort();
    run(toolDir, 'initdb', [
      `--pgdata=${data}`,
      '--username=postgres',
      '--auth=trust',
      '--encoding=UTF8',
      '--locale=C.UTF-8',
    ]);
    const sockets = path.join(dir, `${name}-sockets`);
    mkdirSync(sockets);
    giveTo(account, sockets);
    const settings = ['listen_addresses=127.0.0.1', `port=${port}`, `unix_socket_directories=${sockets}`];
    const sizes = ['max_wal_size=4GB', 'shared_buffers=256MB', 'checkpoint_timeout=30min'];
    const options = [...settings, ...sizes].map((each) => `-c ${each}`).join(' ');
    const start = (): void => {
      run(toolDir, 'pg_ctl', [
        'start',
        '-w',
        `--pgdata=${data}`,
        `--log=${path.join(dir, `${name}.log`)}`,
        `--options=${options}`,
      ]);
    };
    start();
    began.push([toolDir, data]);
    const pid = (): number => Number(readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
    return {
      port,
      pid,
      start,
      url: (database, role = 'postgres') => `postgresql://${role}@127.0.0.1:${port}/${database}`,
    };
  };
  const close = (): void => {
    for (const [toolDir, data] of began) run(toolDir, 'pg_ctl', ['stop', '-w', '--mode=immediate', `--pgdata=${data}`]);
    rmSync(dir, { recursive: true, force: true });
  };
  try {
    return { binDir, dir, source: await open('source', binDir), target: await open('target', targetDir), close };
  } catch (error) {
    close();
    throw error;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
