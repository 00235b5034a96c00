import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';
import { freePort } from './redis.ts';
import { Client } from 'pg';

const debian = '/usr/lib/postgresql';

/** Folder of PostgreSQL's own programs, pg_dump and pg_restore with it; null when this machine has none. With GREENROOM_REQUIRE_TOOLS=1 that is a failure. */
export function postgresPrograms(): string | null {
  const majors = existsSync(debian) ? readdirSync(debian).map(Number).filter(Number.isInteger) : [];
  const found = majors
    .toSorted((a, b) => b - a)
    .map((major) => path.join(debian, String(major), 'bin'))
    .find((folder) =>
      ['initdb', 'postgres', 'pg_dump', 'pg_restore', 'psql'].every((name) => existsSync(path.join(folder, name))),
    );
  if (found === undefined && process.env['GREENROOM_REQUIRE_TOOLS'] === '1')
    throw new Error('PostgreSQL of Debian is not installed, and GREENROOM_REQUIRE_TOOLS=1');
  return found ?? null;
}

/** A server whose major version its own programs have, for the tests of one file. PostgreSQL runs as nobody's root. */
export function debianPostgres(programs: string) {
  let [folder, url] = ['', ''];
  let server: ReturnType<typeof spawn> | null = null;
  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'greenroom-backup-'));
    const owner = process.getuid?.() === 0 ? { uid: idOf('-u'), gid: idOf('-g') } : {};
    if ('uid' in owner) chownSync(folder, owner.uid!, owner.gid!);
    const data = path.join(folder, 'data');
    const options = { ...owner, cwd: folder, env: { PATH: process.env['PATH'], LC_ALL: 'C' } };
    execFileSync(
      path.join(programs, 'initdb'),
      ['-D', data, '-U', 'admin', '-A', 'trust', '-E', 'UTF8', '--no-locale', '-N'],
      options,
    );
    const port = await freePort();
    const settings = [
      'fsync=off',
      `unix_socket_directories=${folder}`,
      'listen_addresses=127.0.0.1',
      'logging_collector=off',
    ];
    const argv = ['-D', data, '-p', String(port), ...settings.flatMap((each) => ['-c', each])];
    server = spawn(path.join(programs, 'postgres'), argv, { ...options, stdio: 'ignore' });
    url = `postgresql://admin@127.0.0.1:${port}/postgres`;
    for (let look = 0; look < 600 && !(await answers(url)); look += 1) await wait(100);
  }, 120_000);
  afterAll(async () => {
    const gone = server && new Promise((resolve) => server!.once('exit', resolve));
    server?.kill('SIGQUIT');
    await gone;
    rmSync(folder, { recursive: true, force: true });
  });
  return { url: (database = 'postgres') => Object.assign(new URL(url), { pathname: `/${database}` }).href };
}

const idOf = (which: '-u' | '-g'): number => Number(spawnSync('id', [which, 'nobody'], { encoding: 'utf8' }).stdout);

async function answers(url: string): Promise<boolean> {
  const client = new Client({ connectionString: url });
  client.on('error', () => {});
  return client.connect().then(
    () => client.end().then(() => true),
    () => false,
  );
}
