import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { FailureError } from '../domain/failure.ts';
import { joinPostgres, postgresState } from './postgres.ts';
import { identify } from '../host/process-identity.ts';
import { allCommandLines } from '../host/process-table.ts';
import {
  joinElsewhere,
  keeperPid,
  makeHome,
  processesOf,
  query,
  removeHome,
  until,
} from './testing/postgres-processes.ts';

const nobody = { uid: 65534, gid: 65534 };
const root = process.getuid?.() === 0;
const homes: string[] = [];

function newHome(...mode: Parameters<typeof makeHome>): string {
  const home = makeHome(...mode);
  homes.push(home);
  return home;
}

async function failureOf(homeDir: string) {
  const error: unknown = await joinPostgres({ homeDir, label: 'test' }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(FailureError);
  return error instanceof FailureError ? error.failures[0] : undefined;
}

afterEach(async () => {
  for (const home of homes.splice(0)) await removeHome(home);
});

describe('the first start', () => {
  test('leaves nothing half-done when it is killed in the middle of initdb', async () => {
    const home = newHome(0o755);
    const killed = joinElsewhere(home).catch((error: unknown) => error);
    const initdbOf = () =>
      allCommandLines().filter(({ words }) => words.some((word) => word.includes(`${home}/postgres-init-`)));
    await until('initdb running', () => initdbOf().length > 0, 5000);
    process.kill(keeperPid(home), 'SIGKILL');
    for (const { pid } of initdbOf()) process.kill(pid, 'SIGKILL');
    // The process that waited does not notice more than a delay.
    const joined = await killed;
    if (joined instanceof Error) throw joined;
    expect(postgresState(home)?.running).toBe(true);
    expect(readdirSync(home).filter((name) => name.startsWith('postgres-init-'))).toEqual([]);
    await (joined as Awaited<ReturnType<typeof joinElsewhere>>).leave();
  });

  test.runIf(root)('works for an ordinary user', async () => {
    const home = newHome(0o700, nobody);
    const joined = await joinElsewhere(home, nobody);
    expect(await query(joined.adminUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
    expect(processesOf(home)).toHaveLength(2);
    await joined.leave();
  });

  test.runIf(root)("keeps the data outside of root's home when that is closed to PostgreSQL's user", async () => {
    const home = newHome(0o700);
    const first = await joinPostgres({ homeDir: home, label: 'first' });
    expect(postgresState(home)?.dataDir).toMatch(/^\/var\/lib\/greenroom\/data-/);
    await query(first.adminUrl, 'create table kept as select 7 as seven');
    await first.leave();
    await until('stopped', () => processesOf(home).length === 0, 5000);
    const again = await joinPostgres({ homeDir: home, label: 'again' });
    expect(await query(again.adminUrl, 'select seven from kept')).toEqual([{ seven: 7 }]);
    await again.leave();
  });
});

test('that it is being started is said when it is, not when it runs or has only lost its keeper', async () => {
  const home = newHome(0o755);
  const said: string[][] = [];
  const join = () => {
    const lines: string[] = [];
    said.push(lines);
    return joinPostgres({ homeDir: home, label: 'test', onProgress: (line) => lines.push(line) });
  };
  const joined = [await join(), await join()];
  const { keeperPid: keeper, postmasterPid: server } = postgresState(home)!;
  process.kill(keeper!, 'SIGKILL');
  await until('the keeper gone', () => identify(keeper!) === null, 5000);
  joined.push(await join());
  expect(postgresState(home)!.postmasterPid).toBe(server);
  expect(said).toEqual([['Starting the embedded PostgreSQL.', expect.stringContaining('answers on')], [], []]);
  for (const each of joined) await each.leave();
});

describe('what cannot start says why', () => {
  test('a folder that Greenroom did not make', async () => {
    const home = newHome(0o755);
    mkdirSync(path.join(home, 'postgres-data'));
    writeFileSync(path.join(home, 'postgres-data', 'thesis.txt'), 'precious');
    expect(await failureOf(home)).toMatchObject({ code: 'GR2807', where: path.join(home, 'postgres-data') });
    expect(readdirSync(path.join(home, 'postgres-data'))).toEqual(['thesis.txt']);
    expect(readdirSync(path.join(home, 'postgres-users'))).toEqual([]);
  });

  test('data that is gone is not silently replaced by an empty database', async () => {
    const home = newHome(0o755);
    const joined = await joinPostgres({ homeDir: home, label: 'test' });
    await joined.leave();
    await until('stopped', () => processesOf(home).length === 0, 5000);
    rmSync(path.join(home, 'postgres-data'), { recursive: true });
    expect(await failureOf(home)).toMatchObject({ code: 'GR2804' });
  });

  test('a server that ends right after every start, with the last lines of its log', async () => {
    const home = newHome(0o755);
    const joined = await joinPostgres({ homeDir: home, label: 'test' });
    await joined.leave();
    await until('stopped', () => processesOf(home).length === 0, 5000);
    writeFileSync(path.join(home, 'postgres-data', 'postgresql.auto.conf'), 'work_mem = nonsense\n');
    const failure = await failureOf(home);
    expect(failure).toMatchObject({ code: 'GR2808', where: path.join(home, 'postgres.log') });
    expect(failure?.message).toContain('invalid value for parameter "work_mem"');
  });

  test('a home that is a file', async () => {
    const home = newHome(0o755);
    const file = path.join(home, 'file');
    writeFileSync(file, '');
    expect(await failureOf(file)).toMatchObject({ code: 'GR2801', where: file });
  });
});

describe('a home that goes away under a running server', () => {
  test('removed: server and keeper stop', async () => {
    const home = makeHome(0o755);
    const joined = await joinPostgres({ homeDir: home, label: 'test' });
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    await until('gone', () => processesOf(home).length === 0, 10_000);
    expect(processesOf(home)).toEqual([]);
    await joined.leave();
  });

  test.runIf(root).each([
    { what: 'removed', kept: false },
    { what: 'moved', kept: true },
  ])('$what: data that lies outside of it is kept: $kept', async ({ kept }) => {
    const home = newHome(0o700);
    const joined = await joinPostgres({ homeDir: home, label: 'test' });
    const { dataDir, keeperPid: keeper, postmasterPid } = postgresState(home)!;
    const elsewhere = `${home}-moved`;
    await joined.leave();
    if (kept) renameSync(home, elsewhere);
    else rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    const gone = () => [keeper, postmasterPid].every((pid) => identify(pid!) === null);
    await until('keeper and server gone', gone, 10_000);
    expect(existsSync(path.dirname(dataDir))).toBe(kept);
    if (!kept) return;
    renameSync(elsewhere, home);
    const again = await joinPostgres({ homeDir: home, label: 'again' });
    expect(await query(again.adminUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
    await again.leave();
  });
});
