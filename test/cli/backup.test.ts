// `greenroom backup verify` on a small project: what it says and puts on record, and that a kill leaves nothing the next run does not remove.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { debianPostgres, postgresPrograms } from '../../src/checks/testing/debian-postgres.ts';
import { askPostgres as ask, leftOn } from '../rig/shop.ts';
import { Tiny, until } from '../rig/tiny.ts';

vi.setConfig({ testTimeout: 600_000 });

const programs = postgresPrograms();

describe.skipIf(programs === null)('greenroom backup (PostgreSQL’s own programs)', () => {
  const production = debianPostgres(programs ?? '');
  const scratch = debianPostgres(programs ?? '');
  let tiny: Tiny;
  let variables: Record<string, string>;

  const left = () => leftOn(scratch.url());
  const dump = (name: string) =>
    execFileSync(`${programs}/pg_dump`, ['-Fc', '-d', production.url('shop'), '-f', tiny.play.file(`backups/${name}`)]);

  beforeAll(async () => {
    const check = {
      ...{ kind: 'backup', from: { folder: 'backups', files: '*.dump' }, server: '${SCRATCH}' },
      ...{ reader: 'secret://env/READER', in: ['staging'] },
    };
    tiny = await Tiny.open({
      databases: { main: { url: '${SHOP}' } },
      phases: { health: { checks: { restores: check } } },
    });
    mkdirSync(tiny.play.file('backups'));
    await ask(
      production.url(),
      'create database shop',
      `create role reader login password 'reader-word' in role pg_read_all_data`,
    );
    await ask(
      production.url('shop'),
      'create table people (id int primary key, email text)',
      `insert into people select g, 'p' || g || '@sea.example' from generate_series(1, 300) g`,
    );
    const reader = Object.assign(new URL(production.url('shop')), { username: 'reader', password: 'reader-word' });
    variables = {
      ...{ SCRATCH: scratch.url(), READER: reader.href, SHOP: production.url('shop') },
      PATH: `${programs}:${process.env['PATH']}`,
    };
  }, 120_000);
  afterAll(() => tiny?.close(), 60_000);

  const run = (line: string) => tiny.play.run(line.split(' '), { variables, timeoutMs: 200_000 });
  const json = async <T>(line: string): Promise<T> => JSON.parse((await run(`${line} --json`)).stdout) as T;
  interface Told {
    readonly backups: readonly { readonly outcome: string; readonly by: string; readonly sizeBytes: number | null }[];
  }

  test('what nobody declared, and what is not there, is not verified', async () => {
    const codes = async (line: string) =>
      (await json<{ failures: { code: string }[] }>(line)).failures.map(({ code }) => code);
    expect(await codes('backup verify production')).toEqual(['GR5151']);
    expect(await codes('backup verify staging')).toEqual(['GR5156']);
    const [last] = (await json<Told>('history staging --data')).backups;
    expect(last).toMatchObject({ outcome: 'error', sizeBytes: null });
  });

  test('a dry run, one that is verified, one that is not', async () => {
    dump('a.dump');
    const dry = await run('backup verify staging --dry-run');
    expect([dry.code, dry.stdout]).toEqual([
      0,
      expect.stringMatching(/^ready {2}restores: .*a\.dump of database main, on 127/),
    ]);
    const good = await run('backup verify staging --as Ada');
    expect([good.code, good.stdout]).toEqual([
      0,
      expect.stringMatching(/^verified {2}restores: The backup a\.dump [^]*300 rows in 1 table[^]*pass {3}schema: as/),
    ]);
    expect(good.stderr).toMatch(/restoring the backup\n[^]*comparing\n/);
    writeFileSync(tiny.play.file('backups/b.dump'), '');
    const bad = await run('backup verify staging');
    expect([bad.code, bad.stdout]).toEqual([
      1,
      expect.stringMatching(/^failed {2}restores: .*size: 0 bytes; restore: it is empty/),
    ]);
    rmSync(tiny.play.file('backups/b.dump'));
    const [newest, before] = (await json<Told>('history staging --data')).backups;
    expect([newest, before]).toMatchObject([
      { outcome: 'fail', sizeBytes: 0 },
      { outcome: 'pass', by: 'Ada' },
    ]);
    const said = [dry, good, bad, await run('history --data')].map(({ stdout, stderr }) => stdout + stderr).join('');
    expect(said).toMatch(/backup, restores fail: [^]*backup, restores pass: /);
    expect(said).not.toMatch(/reader-word|sea\.example/);
    expect(await left()).toEqual([]);
  });

  test('killed while it restores: the next run removes what is left', async () => {
    // Restored for as long as somebody wants, by what an index asks of every row.
    await ask(
      production.url('shop'),
      `create function slow(text) returns text immutable language plpgsql as $$ begin perform pg_sleep(0.1); return $1; end $$`,
      'begin; set local max_parallel_maintenance_workers = 0; create table few (t text); create index on few (slow(t)); commit',
      `insert into few select 'x' from generate_series(1, 40)`,
    );
    dump('c.dump');
    const running = tiny.play.start(['backup', 'verify', 'staging'], { variables });
    await until('it restores', () => running.said().includes('restoring the backup'), 60_000);
    await until('the database is there', async () => (await left()).length === 2, 60_000);
    running.kill('SIGKILL');
    await running.ended;
    expect(await left()).toHaveLength(2);
    // What it was connected by ends a moment after it.
    await until(
      'it is let go of',
      async () => {
        const { backups } = await json<{ backups: { data: { swept: string[] } }[] }>('backup verify staging');
        return backups[0]!.data.swept.length > 0 && (await left()).length === 0;
      },
      120_000,
    );
  });

  test('the check is asked in a deployment, and its evidence holds no value', async () => {
    tiny.next();
    const told = await run('deploy staging');
    expect([told.code, told.stdout + told.stderr]).toEqual([0, expect.anything()]);
    const [kept] = await tiny.play.rows<{ text: string }>(
      `select string_agg(result::text, chr(10)) as text from greenroom.result as result`,
    );
    expect(kept!.text).toMatch(/"restores"[^]*"evidence""?: ""?[0-9a-f]{64}/);
    expect(kept!.text).not.toMatch(/reader-word|sea\.example/);
    expect(await left()).toEqual([]);
  });
});
