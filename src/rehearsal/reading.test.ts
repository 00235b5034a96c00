// Migrations that are programs, as tools run them: a transaction by the tool, the statements by the program, a note of what was run.
import { expect, test } from 'vitest';
import { realPostgres } from '../checks/testing/database.ts';
import type { RehearsalFacts } from '../domain/rehearsal/facts.ts';
import type { Command } from '../kinds/rehearsals.ts';
import { rehearse } from './rehearse.ts';
import { openClient, withCopy } from './testing/clone.ts';

const postgres = realPostgres();
const patience = { timeout: 240_000 };

/** As Knex and node-pg-migrate do it, and Alembic with a driver that begins once. */
const tool =
  (...program: readonly string[]): Command =>
  async (address) => {
    const client = await openClient(address);
    try {
      await client.query('create table if not exists migrations_done (name text)');
      await client.query('begin');
      for (const text of program) await client.query(text);
      await client.query('insert into migrations_done (name) values ($1)', ['002_mail.js']);
      await client.query('commit');
      return { isDone: true };
    } finally {
      await client.end();
    }
  };

const factsOf = (migrate: Command, texts: Readonly<Record<string, string>>): Promise<RehearsalFacts> =>
  withCopy(postgres.url(), async (copy) => {
    const { facts } = await rehearse({
      ...{ adminUrl: postgres.url(), copy, copiedAtMs: 0, nowMs: 0, lockTimeoutMs: 400, limitMs: 60_000, migrate },
      ...{ files: Object.entries(texts).map(([file, text]) => ({ file, text })), back: null, write: null },
      ...{ oldStatements: ['select 1'], applicationRole: null, production: null, profile: 'quick' },
    });
    return facts;
  });
const reasons = ({ lint }: RehearsalFacts) => lint?.map(({ reason }) => reason);

test('F091 a COMMIT of the program is noticed by the one of the tool that comes after it', patience, async () => {
  const files = { 'migrations/001_users.js': `knex.raw('commit')`, 'migrations/002_mail.js': 'up' };
  const plain = await factsOf(tool('alter table users add column mail text'), files);
  expect(plain).toMatchObject({ session: [], lint: [] });
  const ending = await factsOf(tool('alter table users add column mail text', 'commit'), files);
  expect(ending.session).toEqual(['ends-transaction']);
  const timeout = await factsOf(tool(`set local lock_timeout to '10min'`, 'select 1'), files);
  expect(timeout.session).toContain('sets-lock-timeout');
  expect(reasons(timeout)).toContain('own-lock-timeout');
});

test('what a program sends is read as files of SQL are, and its own text for two words', patience, async () => {
  const sent = await factsOf(tool('create index by_name on users (name)'), { 'migrations/002_mail.js': 'up' });
  expect(reasons(sent)).toContain('lock-avoidable');
  const written = await factsOf(tool('select 1'), { 'migrations/002_mail.js': `a\nawait knex.raw('commit')` });
  expect(written.lint).toMatchObject([
    { reason: 'own-transaction', place: { file: 'migrations/002_mail.js', line: 2 } },
  ]);
  const both = 'alter table users add column mail text;\n-- Down Migration\nalter table users drop column mail;';
  const mixed = await factsOf(tool('alter table users add column mail text'), { 'a.sql': both, 'b.js': '' });
  expect(mixed.lint).toEqual([]);
});

test('a byte order mark is read over, and a file that cannot be read is named', patience, async () => {
  const up = 'alter table users add column mail text';
  const marked = await factsOf(tool(up), { '1.sql': `\uFEFF-- of Windows\r\n${up};\r\n` });
  expect(marked.lint).toEqual([]);
  expect(marked.statements!.map(({ place }) => place)).toContainEqual({ file: '1.sql', line: 2 });
  expect(marked).not.toHaveProperty('unread');
  const broken = await factsOf(tool(up), { '1.sql': `${up};`, '2.sql': `select 1;\n\\i other.sql\n` });
  expect(broken).toMatchObject({ lint: null, unread: [{ file: '2.sql' }] });
});

test('of a loop of batches that each commit not every one is cut off', { timeout: 300_000 }, async () => {
  const batches = Array.from(
    { length: 20 },
    (_, index) => `update users set total = 1 where id between ${index * 15 + 1} and ${index * 15 + 15}`,
  );
  const apart: Command = async (address) => {
    const client = await openClient(address);
    try {
      for (const text of batches) await client.query(text);
      return { isDone: true };
    } catch {
      return { isDone: false };
    } finally {
      await client.end();
    }
  };
  const { facts } = await withCopy(postgres.url(), (copy) =>
    rehearse({
      ...{ adminUrl: postgres.url(), copy, copiedAtMs: 0, nowMs: 0, lockTimeoutMs: 400, limitMs: 60_000 },
      ...{ files: [{ file: '1.sql', text: batches.join(';') }], migrate: apart, back: null, write: null },
      ...{ oldStatements: ['select 1'], applicationRole: null, production: null, profile: 'full' },
    }),
  );
  expect(facts.cuts).toEqual({ tried: 12, of: 19 });
  expect(facts.secondRuns).toHaveLength(12);
  expect(facts.secondRuns!.every(({ failedWith, isSame }) => failedWith === null && isSame)).toBe(true);
});
