// What can be wrong with a backup, and what somebody could have written into one.
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { VerifiedBackup } from '../../domain/backup/verified.ts';
import type { Rehearsals } from '../../kinds/rehearsals.ts';
import { backedUpShop } from '../testing/backed-up-shop.ts';
import { realPostgres } from '../testing/database.ts';
import { postgresPrograms } from '../testing/debian-postgres.ts';
import { temporaryFolder } from '../testing/world.ts';

const programs = postgresPrograms();

/** Place of the year since 1900 in the head of a custom archive of pg_dump: numbers of a sign and four bytes, the least first. */
function yearAt(bytes: Buffer): number {
  const head = bytes.indexOf('PGDMP') + 5 + 3 + 2 + 1;
  // Since version 1.15 of the format the compression is one byte.
  const compressionBytes = bytes.readUInt8(bytes.indexOf('PGDMP') + 6) >= 15 ? 1 : 5;
  // Second, minute, hour, day, month.
  return head + compressionBytes + 5 * 5 + 1;
}

describe.skipIf(programs === null)('backups that are not what they seem (PostgreSQL’s own programs)', () => {
  const { server, inDatabase, left, dump, world, judged, refused, bytesOf } = backedUpShop(programs ?? '');
  const other = realPostgres();
  const patience = { timeout: 120_000 };
  const paths = process.env['PATH'];

  test('empty, cut off anywhere, another database: fails, and shows no value of a row', patience, async () => {
    const empty = world();
    writeFileSync(path.join(empty.folder, 'a'), '');
    expect(await refused(empty)).toMatch(/^fail: .*restore: it is empty\.$/);
    for (const [format, share] of [
      ['custom', 0.5],
      ['custom', 0.95],
      ['tar', 0.6],
      ['plain', 0.5],
      ['plain', 0.999],
    ] as const) {
      const made = world();
      const file = path.join(made.folder, 'a');
      dump(file, `--format=${format}`);
      truncateSync(file, Math.floor(bytesOf(file) * share));
      expect(await refused(made), `${format} ${share}`).toMatch(/^fail: /);
    }
    const little = world();
    writeFileSync(path.join(little.folder, 'a'), 'PGD');
    expect(await refused(little)).toMatch(/^fail: .*cut off in its first bytes/);
    const elsewhere = world();
    execFileSync(`${programs}/pg_dump`, ['-Fc', '-d', server.url('elsewhere'), '-f', path.join(elsewhere.folder, 'a')]);
    const judgement = await judged(elsewhere);
    expect(judgement.outcome).toBe('fail');
    expect(judgement.findings).toContainEqual(
      expect.objectContaining({ name: 'relation public.people', value: 'missing in the backup' }),
    );
    expect(judgement.findings).toContainEqual(
      expect.objectContaining({ name: 'public.people', value: 'no such table' }),
    );
    const bad = world();
    dump(path.join(bad.folder, 'a'), '--format=plain');
    const text = readFileSync(path.join(bad.folder, 'a'), 'utf8');
    writeFileSync(path.join(bad.folder, 'a'), text.replace('7\tp7@sea.example', 'seven\tp7@sea.example'));
    const told = JSON.stringify(await judged(bad));
    expect(told).toMatch(/"fail".*SQLSTATE 22P02/);
    expect(told).not.toMatch(/sea\.example|seven/);
    expect(await left()).toEqual([]);
  });

  test('a folder of which a part is missing fails', patience, async () => {
    const made = world({ config: { from: { folder: 'backups', files: '*/toc.dat' } } });
    dump(path.join(made.folder, 'shop'), '--format=directory');
    const [part] = readdirSync(path.join(made.folder, 'shop')).filter((name) => name.endsWith('.gz'));
    rmSync(path.join(made.folder, 'shop', part!));
    expect(await refused(made)).toMatch(/^fail: .*restore: could not open input file/);
  });

  test('rows that are missing are found, also where nothing else tells', patience, async () => {
    const file = path.join(temporaryFolder(), 'a');
    dump(file, '--format=custom');
    const made = (config: object) => {
      const each = world({ config });
      copyFileSync(file, path.join(each.folder, 'a'));
      return each;
    };
    await inDatabase('shop', `insert into people (email) select 'q' || g from generate_series(1, 111) g`);
    try {
      expect(await refused(made({}))).toMatch(/^pass/);
      await inDatabase('shop', `insert into people (email) select 'r' || g from generate_series(1, 2) g`);
      expect(await refused(made({}))).toMatch(/^fail: .*public\.people: 1000 rows/);
      expect(await refused(made({ volatile: ['public.people'] }))).toMatch(/^pass/);
      expect(await refused(made({ 'rows-at-least': '80%' }))).toMatch(/^pass/);
    } finally {
      await inDatabase('shop', `delete from people where email !~ '@'`);
    }
    const without = world();
    dump(path.join(without.folder, 'a'), '--format=custom', '--exclude-table-data=sessions');
    expect(await refused(without)).toMatch(/^fail: .*public\.sessions: 0 rows/);
    await inDatabase('shop', 'alter table sessions add column since date');
    try {
      expect(await refused(made({}))).toMatch(/^fail: .*column public\.sessions\.since: missing in the backup/);
    } finally {
      await inDatabase('shop', 'alter table sessions drop column since');
    }
  });

  test('age, size and time have their bars', patience, async () => {
    const file = path.join(temporaryFolder(), 'a');
    dump(file, '--format=plain');
    const made = (hoursOld: number, over: Parameters<typeof world>[0] = {}) => {
      const each = world(over);
      const at = new Date(Date.now() - hoursOld * 3_600_000);
      copyFileSync(file, path.join(each.folder, 'a'));
      utimesSync(path.join(each.folder, 'a'), at, at);
      return each;
    };
    expect(await refused(made(24.9))).toMatch(/^pass/);
    expect(await refused(made(25.1))).toMatch(/^fail: .*age: 25 h/);
    expect(await refused(made(-1))).toMatch(/^error: .*still to come/);
    expect(await refused(made(0, { config: { 'restored-within': '1ms' } }))).toMatch(/^fail: .*restore: /);
    const last = (sizeBytes: number, over: Partial<VerifiedBackup> = {}): Parameters<typeof world>[0] => ({
      over: {
        verifiedBackups: async () => [
          {
            ...{ environment: 'staging', check: 'b', database: 'main', backup: 'a', outcome: 'fail' },
            ...rest,
            sizeBytes: 1,
          },
          {
            ...{ environment: 'staging', check: 'b', database: 'main', backup: 'a', outcome: 'pass' },
            ...rest,
            sizeBytes,
            ...over,
          },
        ],
      },
    });
    const rest = { reason: '.', takenAt: 1, restoreMs: 1, rowCount: 1, by: 'ada', at: 1 };
    expect(await refused(made(0, last(2 * bytesOf(file))))).toMatch(/^pass/);
    expect(await refused(made(0, last(2 * bytesOf(file) + 2)))).toMatch(/^fail: .*size: /);
    expect(await refused(made(0, last(9 * bytesOf(file), { environment: 'production' })))).toMatch(/^pass/);
    // The archive's own word is believed where the file was copied since; never the other way round.
    const archive = world();
    const copied = path.join(archive.folder, 'a');
    dump(copied, '--format=custom');
    const bytes = readFileSync(copied);
    // Year since 1900, after magic, version, sizes, format, compression, seconds, minutes, hours, day and month.
    bytes.writeUInt8(bytes.readUInt8(yearAt(bytes)) - 1, yearAt(bytes));
    writeFileSync(copied, bytes);
    expect(await refused(archive)).toMatch(/^fail: .*age: 87\d\d h/);
  });

  test(
    'of thousands the newest is taken; a link is none; a file that is written to is not measured',
    patience,
    async () => {
      const many = world({ config: { from: { folder: 'backups', files: '*.dump' } } });
      for (let number = 0; number < 3_000; number += 1) {
        writeFileSync(path.join(many.folder, `${number}.dump`), 'old');
        utimesSync(path.join(many.folder, `${number}.dump`), 1_000 + number, 1_000 + number);
      }
      dump(path.join(many.folder, '1500.dump'), '--format=custom');
      expect(await refused(many)).toMatch(/^pass: The backup 1500\.dump/);
      const linked = world();
      symlinkSync(path.join(many.folder, '1500.dump'), path.join(linked.folder, 'a'));
      expect(await refused(linked)).toMatch(/^GR5156 .*links are not followed/);
      expect(await refused(world())).toMatch(/^GR5156/);
      const written = world();
      const file = path.join(written.folder, 'a');
      dump(file, '--format=custom');
      const rehearsals: Rehearsals = {
        ...written.context.effects.rehearsals,
        async restore(request, signal) {
          appendFileSync(file, 'more');
          return written.context.effects.rehearsals.restore(request, signal);
        },
      };
      const context = { ...written.context, effects: { ...written.context.effects, rehearsals } };
      expect(await judged({ ...written, context })).toMatchObject({
        ...{ outcome: 'error', reason: expect.stringContaining('was written to while') },
        next: expect.anything(),
      });
    },
  );

  test('SQL that leads elsewhere runs nowhere', patience, async () => {
    const file = path.join(temporaryFolder(), 'a');
    dump(file, '--format=plain');
    const plain = readFileSync(file, 'utf8');
    const mark = path.join(temporaryFolder(), 'mark');
    const made = (text: string) => {
      const each = world();
      writeFileSync(path.join(each.folder, 'a'), text);
      return each;
    };
    const first = /(?<=SET statement_timeout = 0;\n)/;
    for (const line of [
      `\\connect elsewhere`,
      `\\! touch ${mark}`,
      `select 1 \\! touch ${mark}`,
      `\\copy people to program 'touch ${mark}'`,
      `\\o | touch ${mark}`,
      `\\unrestrict anything`,
    ])
      expect(await refused(made(plain.replace(first, `${line}\n`))), line).toMatch(/^GR5157 .*commands of psql/);
    expect(existsSync(mark)).toBe(false);
    for (const line of [
      'create database mine;',
      'create role mine superuser;',
      `copy (select 1) to program 'touch ${mark}';`,
      'alter system set work_mem = 64;',
    ])
      expect(await refused(made(plain.replace(first, `${line}\n`))), line).toMatch(/^pass/);
    expect(existsSync(mark)).toBe(false);
    expect(await inDatabase('postgres', `select 1 from pg_database where datname = 'mine'`)).toEqual([]);
    expect(await inDatabase('postgres', `select 1 from pg_roles where rolname = 'mine'`)).toEqual([]);
    const created = world();
    dump(path.join(created.folder, 'a'), '--format=plain', '--create');
    expect(await refused(created)).toMatch(/^GR5157/);
    const whole = world();
    execFileSync(`${programs}/pg_dumpall`, ['-d', server.url(), '-f', path.join(whole.folder, 'a')]);
    expect(await refused(whole)).toMatch(/^GR5157 .*whole server/);
    expect(await refused(made('hello'))).toMatch(/^GR5157 .*nothing that pg_dump writes/);
    expect(await left()).toEqual([]);
  });

  test('what is not declared, not there or not fitting is not measured', patience, async () => {
    const file = path.join(temporaryFolder(), 'a');
    dump(file, '--format=custom');
    const made = (over: Parameters<typeof world>[0]) => {
      const each = world(over);
      copyFileSync(file, path.join(each.folder, 'a'));
      return each;
    };
    const original = [{ name: 'main', url: server.url('shop') }];
    expect(await refused(made({ over: { ownServers: {} } }))).toMatch(/^GR5151 .*on which server/);
    expect(await refused(made({ config: { database: 'side' } }))).toMatch(/^GR5151 .*no database "side"/);
    expect(await refused(made({ over: { databases: [] } }))).toMatch(/^GR5151/);
    expect(await refused(made({ config: { reader: 'nowhere' } }))).toMatch(/^GR5151 .*no address/);
    const itself = { over: { ownServers: {} }, config: { server: server.url() } };
    expect(await refused(made(itself))).toMatch(/^GR5151 .*is the server of the database/);
    expect(await refused(made({ config: { server: other.url() } }))).toMatch(/^GR5153/);
    const dead = 'postgresql://u@127.0.0.1:1/x';
    expect(await refused(made({ config: { server: dead } }))).toMatch(/^GR5152/);
    expect(await refused(made({ over: { databases: [{ name: 'main', url: dead }] } }))).toMatch(/^GR5152/);
    await inDatabase('postgres', 'create role guest login');
    const guest = (database: string) => Object.assign(new URL(server.url(database)), { username: 'guest' }).href;
    expect(await refused(made({ over: { ownServers: { main: guest('postgres') } } }))).toMatch(
      /^GR5152 .*no superuser/,
    );
    expect(await refused(made({ config: { reader: guest('shop') } }))).toMatch(/^GR5154 .*42501/);
    process.env['PATH'] = '/nonexistent';
    try {
      expect(await refused(made({ over: { databases: original } }))).toMatch(
        /^GR5158 There is no|^GR5158 pg_restore is not/,
      );
    } finally {
      process.env['PATH'] = `${programs}:${paths}`;
    }
    expect(await left()).toEqual([]);
  });

  test('a policy’s role must be on the scratch server; a table that has none compares', patience, async () => {
    const made = world();
    await inDatabase('shop', 'create role auditor', 'create policy audits on sessions to auditor using (true)');
    dump(path.join(made.folder, 'a'), '--format=custom');
    try {
      expect(await refused(made)).toMatch(/^pass/);
      const bytes = readFileSync(path.join(made.folder, 'a'));
      writeFileSync(
        path.join(made.folder, 'a'),
        Buffer.from(bytes.toString('latin1').replaceAll('auditor', 'nobodys'), 'latin1'),
      );
      expect(await refused(made)).toMatch(/^GR5159 .*role nobodys/);
    } finally {
      await inDatabase('shop', 'drop policy audits on sessions', 'drop role auditor');
    }
  });

  test('a command tells where the newest is, writes it, and gets nothing that is not passed', patience, async () => {
    const made = (script: string, pass: readonly string[] = []) =>
      world({
        config: { from: { command: ['sh', '-c', script] }, pass },
        over: { variables: { TOLD: 'yes', HIDDEN: 'no' } },
      });
    const write = `${programs}/pg_dump -Fc -d '${server.url('shop')}' -f backups/b`;
    expect(await refused(made(`${write}; echo making; echo backups/b`))).toMatch(/^pass: The backup b /);
    expect(await refused(made(`echo "none/$TOLD$HIDDEN"`, ['TOLD']))).toMatch(/^GR5156 .*none\/yes, and/);
    expect(await refused(made('exit 3'))).toMatch(/^GR5156 .*ended with 3/);
    expect(await refused(made('true'))).toMatch(/^GR5156 .*printed no path/);
  });
});
