// Nothing is left behind: after success, after a failure, after a kill.
import { spawn } from 'node:child_process';
import path from 'node:path';
import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { realPostgres } from '../checks/testing/database.ts';
import { makeScratch, sweepScratch } from './scratch.ts';
import { openClient, withCopy } from './testing/clone.ts';

const postgres = realPostgres();
let admin: pg.Client;
beforeAll(async () => {
  admin = await openClient(postgres.url());
});
afterAll(() => admin.end());
const patience = { timeout: 60_000 };

/** Databases, roles and slots that are not there without a rehearsal. */
async function left(): Promise<readonly string[]> {
  const { rows } = await admin.query<{ name: string }>(
    `select datname as name from pg_database where datname like 'greenroom_rehearsal%'
     union all select rolname from pg_roles where rolname like 'greenroom_rehearsal%'
     union all select slot_name from pg_replication_slots order by 1`,
  );
  return rows.map(({ name }) => name);
}

test(
  'a clone is owned by a role that may do nothing beyond, and gone when it is dropped, twice too',
  patience,
  async () => {
    await withCopy(postgres.url(), async (copy) => {
      const scratch = await makeScratch({ adminUrl: postgres.url(), copy });
      expect(await left()).toEqual([scratch.name, scratch.name]);
      const client = await openClient(scratch.url());
      await client.query('alter table users rename to people; drop table notes; create schema mine');
      expect((await client.query('show lock_timeout')).rows, 'F089').toEqual([{ lock_timeout: '0' }]);
      const { rows } = await client.query(
        'select rolsuper, rolcreatedb, rolcreaterole, rolreplication from pg_roles where rolname = current_user',
      );
      expect(Object.values(rows[0])).toEqual([false, false, false, false]);
      for (const beyond of [
        'create role x',
        'create database x',
        `copy people to program 'cat'`,
        'alter system set work_mem = 1',
      ]) {
        await expect(client.query(beyond), `F095 ${beyond}`).rejects.toMatchObject({ code: '42501' });
      }
      await client.end();
      await scratch.drop();
      await scratch.drop();
    });
    expect(await left()).toEqual([]);
  },
);

test('a copy that cannot be cloned leaves no role', patience, async () => {
  await withCopy(postgres.url(), async (copy) => {
    const user = await openClient(Object.assign(new URL(postgres.url()), { pathname: copy }).href);
    await expect(makeScratch({ adminUrl: postgres.url(), copy })).rejects.toMatchObject({
      code: '55006', // object_in_use
    });
    await user.end();
  });
  expect(await left()).toEqual([]);
});

test(
  'what a killed rehearsal has left the next one finds and drops; one that is at work it leaves alone',
  patience,
  async () => {
    await withCopy(postgres.url(), async (copy) => {
      const program = path.join(import.meta.dirname, 'testing/hold-clone.ts');
      const child = spawn(process.execPath, [program, postgres.url(), copy], { stdio: ['ignore', 'pipe', 'inherit'] });
      const killed = new Promise((resolve) => child.once('exit', resolve));
      const name = await new Promise<string>((resolve) =>
        child.stdout.once('data', (text) => resolve(String(text).trim())),
      );
      expect(await sweepScratch(postgres.url())).toEqual([]);
      expect(await left()).toEqual([name, name]);
      child.kill('SIGKILL');
      await killed;
      // The server notices that its client has gone when it next looks at the connection.
      await expect.poll(() => sweepScratch(postgres.url()), { timeout: 30_000 }).toEqual([name]);
      expect(await left()).toEqual([]);
    });
  },
);

test('rehearsals that run beside each other take nothing for left behind, and lose nothing', patience, async () => {
  await withCopy(postgres.url(), async (copy) => {
    const state = { isOver: false };
    const swept: string[] = [];
    const sweeping = (async () => {
      while (!state.isOver) swept.push(...(await sweepScratch(postgres.url())));
    })();
    try {
      for (let round = 0; round < 8; round += 1) {
        const scratch = await makeScratch({ adminUrl: postgres.url(), copy });
        const client = await scratch.connect('somebody');
        expect((await client.query('select count(*)::int as count from users')).rows).toEqual([{ count: 300 }]);
        await scratch.drop();
      }
    } finally {
      state.isOver = true;
      await sweeping;
    }
    expect(swept).toEqual([]);
  });
  expect(await left()).toEqual([]);
});
