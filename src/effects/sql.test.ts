import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { joinPostgres } from '../embedded/postgres.ts';
import { createRedactor } from './redaction.ts';
import { createSql } from './sql.ts';

const sql = createSql(createRedactor(['s3cret-in-a-row']));
const never = new AbortController().signal;
const options = { timeoutMs: 3_000, maxRows: 10 };
let url: string;
let homeDir: string;
let leave: () => Promise<void>;

beforeAll(async () => {
  homeDir = await mkdtemp(path.join(tmpdir(), 'greenroom-sql-'));
  const postgres = await joinPostgres({ homeDir, label: 'sql test' });
  url = postgres.adminUrl;
  leave = () => postgres.leave();
}, 60_000);
afterAll(async () => {
  await leave?.();
  await rm(homeDir, { recursive: true, force: true });
});
const ask = (statement: string, more: { write?: boolean; timeoutMs?: number } = {}) =>
  sql.query(url, statement, { ...options, ...more }, never);

describe('a query', () => {
  test('F015 a row that would not fit into memory is given up, and this process lives', async () => {
    const gigantic = ask(`SELECT repeat('x', 600000000) AS big`, { timeoutMs: 60_000 });
    await expect(gigantic).rejects.toThrow(/GR6601/);
    expect(await ask(`SELECT repeat('x', 6000000) AS big`)).toMatchObject({ status: 'answered', rowCount: 1 });
    expect(await ask('SELECT 1 AS one')).toMatchObject({ status: 'answered', rows: [{ one: 1 }] });
  }, 90_000);

  test('F015 many rows are counted without being kept, however long they are together', async () => {
    const answer = await ask(`SELECT repeat('x', 1000) FROM generate_series(1, 30000)`, { timeoutMs: 60_000 });
    expect(answer).toMatchObject({ status: 'answered', rowCount: 30_000 });
    expect(answer.status === 'answered' && answer.rows).toHaveLength(options.maxRows);
  }, 90_000);

  test('gives values as JSON: exact numbers, texts for the rest, secrets hidden', async () => {
    const answer =
      await ask(`SELECT 5::bigint AS small, 9007199254740993 AS big, 1.50::numeric AS part, true AS yes, null AS none,
      '{"a":["s3cret-in-a-row"]}'::jsonb AS document, date '2026-11-20' AS day, 's3cret-in-a-row' AS text`);
    expect(answer).toMatchObject({
      status: 'answered',
      rowCount: 1,
      rows: [
        {
          small: 5,
          big: '9007199254740993',
          part: 1.5,
          yes: true,
          none: null,
          document: { a: ['***'] },
          day: '2026-11-20',
          text: '***',
        },
      ],
    });
  });
  test('keeps the first rows and counts all', async () => {
    const answer = await ask('SELECT n FROM generate_series(1, 25000) AS n');
    expect(answer).toMatchObject({ status: 'answered', rowCount: 25_000 });
    expect(answer.status === 'answered' && answer.rows.length).toBe(10);
  });
  test('reads only, unless it is told to write', async () => {
    expect(await ask('CREATE TABLE t (email text PRIMARY KEY)')).toMatchObject({
      status: 'refused',
      sqlState: '25006',
    });
    expect(await ask('CREATE TABLE t (email text PRIMARY KEY)', { write: true })).toMatchObject({ status: 'answered' });
    expect(await ask(`INSERT INTO t VALUES ('a@b.example')`, { write: true })).toMatchObject({
      status: 'answered',
      rowCount: 1,
    });
  });
  test('is one statement', async () => {
    expect(await ask('COMMIT; DROP TABLE t')).toMatchObject({ status: 'refused', sqlState: '42601' });
  });
  test('F101 the reason never holds a value of a row', async () => {
    const twice = await ask(`INSERT INTO t VALUES ('a@b.example')`, { write: true });
    expect(twice).toMatchObject({ status: 'refused', sqlState: '23505' });
    expect(JSON.stringify(twice)).not.toContain('a@b');
    const cast = await ask('SELECT email::int FROM t');
    expect(cast).toMatchObject({ status: 'refused', reason: 'invalid input syntax for type integer' });
    const raised = await ask(`DO $$ BEGIN RAISE EXCEPTION 'mail a@b.example'; END $$`);
    expect(JSON.stringify(raised)).not.toContain('a@b');
  });
});

describe('a database that does not answer', () => {
  test('a slow statement is ended by the server', async () => {
    const answer = await ask('SELECT pg_sleep(20)', { timeoutMs: 200 });
    expect(answer).toMatchObject({ status: 'refused', sqlState: '57014' });
    expect(answer.durationMs).toBeLessThan(2_000);
  });
  test('refused, unknown database, silent server, abort', async () => {
    const none = await sql.query('postgres://a:b@127.0.0.1:1/x', 'SELECT 1', options, never);
    expect(none).toMatchObject({ status: 'unreachable', errorCode: 'ECONNREFUSED' });
    const other = new URL(url);
    other.pathname = '/no_such_database';
    expect(await sql.query(other.href, 'SELECT 1', options, never)).toMatchObject({
      status: 'refused',
      sqlState: '3D000',
    });
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const silentUrl = `postgres://a:b@127.0.0.1:${(silent.address() as AddressInfo).port}/x`;
    const late = await sql.query(silentUrl, 'SELECT 1', { ...options, timeoutMs: 150 }, never);
    expect(late).toMatchObject({ status: 'unreachable', errorCode: 'ETIMEDOUT' });
    expect(late.durationMs).toBeLessThan(2_000);
    silent.close();
    const waiting = sql.query(url, 'SELECT pg_sleep(20)', { ...options, timeoutMs: 1_000 }, AbortSignal.timeout(100));
    await expect(waiting).rejects.toThrow('timeout');
  });
});
