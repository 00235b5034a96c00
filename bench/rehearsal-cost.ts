/** What a rehearsal costs on 600,000 rows, beside the migration alone; and the stall that it reports, beside one that an independent client has. */
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Command } from '../src/kinds/rehearsals.ts';
import type { RehearsalOrder } from '../src/rehearsal/order.ts';
import { rehearse } from '../src/rehearsal/rehearse.ts';
import { makeScratch } from '../src/rehearsal/scratch.ts';
import { openClient, withCopy } from '../src/rehearsal/testing/clone.ts';
import { toldTimeout } from '../src/rehearsal/testing/told-timeout.ts';
import type { BenchRow } from './row.ts';

const script = `
create table users (id int generated always as identity primary key, name text not null, email text, balance int not null default 0);
create table orders (id bigint generated always as identity primary key, user_id int, note text);
insert into users (name, email, balance) select 'n' || g, 'e' || g || '@shop.test', g % 100 from generate_series(1, 200000) g;
insert into orders (user_id, note) select 1 + g % 200000, repeat('x', 60) from generate_series(1, 400000) g;
analyze`;
const up = `
alter table orders alter column user_id type bigint;
create index orders_user on orders (user_id);
create index users_email on users (email);
alter table orders add constraint orders_users foreign key (user_id) references users (id);`;
const down = `
alter table orders drop constraint orders_users;
drop index users_email;
drop index orders_user;
alter table orders alter column user_id type int;`;
const lockTimeoutMs = 2_000;
const oldStatements = ['select name from users where id = 7', "insert into orders (user_id, note) values (3, 'p')"];

type Row = (measure: string, value: number, unit: string, bar: string, holds: boolean) => BenchRow;

export async function costRows(adminUrl: string, row: Row): Promise<readonly BenchRow[]> {
  return withCopy(
    adminUrl,
    async (copy) => {
      const ownMs = await aloneMs(adminUrl, copy);
      const independent = { longestMs: 0 };
      const quick = await timed(rehearse(orderOf(adminUrl, copy, 'quick', beside(independent))));
      const full = await timed(rehearse(orderOf(adminUrl, copy, 'full', run(up))));
      const [quickBarMs, fullBarMs] = [1.3 * ownMs + 5_000, (full.done.runs + 1) * ownMs + 10_000];
      const stallMs = Math.max(...(quick.done.facts.stalls ?? []).map(({ longestMs }) => longestMs));
      const apartMs = Math.abs(stallMs - independent.longestMs);
      return [
        row('migration alone on 600,000 rows', ownMs, 'ms', 'reported', true),
        row(
          'profile quick',
          quick.tookMs,
          'ms',
          `<= ${Math.round(quickBarMs)} (1.3 × + 5 s)`,
          quick.tookMs <= quickBarMs,
        ),
        row(
          `profile full, ${full.done.runs} clones`,
          full.tookMs,
          'ms',
          `<= ${Math.round(fullBarMs)} ((clones + 1) × + 10 s)`,
          full.tookMs <= fullBarMs,
        ),
        row('stall reported', stallMs, 'ms', 'reported', true),
        row(
          'apart from an independent client',
          apartMs,
          'ms',
          '<= 20 % or 20 ms',
          apartMs <= Math.max(20, 0.2 * independent.longestMs),
        ),
      ];
    },
    script,
  );
}

async function timed<T>(work: Promise<T>): Promise<{ readonly done: T; readonly tookMs: number }> {
  const startMs = performance.now();
  const done = await work;
  return { done, tookMs: performance.now() - startMs };
}

async function aloneMs(adminUrl: string, copy: string): Promise<number> {
  const scratch = await makeScratch({ adminUrl, copy });
  try {
    const { tookMs } = await timed(run(up)(scratch.url(), AbortSignal.timeout(300_000)));
    return tookMs;
  } finally {
    await scratch.drop();
  }
}

const run =
  (text: string): Command =>
  async (url) => {
    const client = await openClient(toldTimeout(url, lockTimeoutMs));
    try {
      for (const each of ['begin', text, 'commit']) await client.query(each);
      return { isDone: true };
    } catch {
      return { isDone: false };
    } finally {
      await client.end();
    }
  };

/** Somebody else asks the same through a connection of its own, past the proxy, while the migration runs. */
const beside =
  (told: { longestMs: number }): Command =>
  async (url, signal) => {
    const place = new URL(url);
    const client = await openClient(await serverOf(place));
    const state = { isOver: false };
    const asking = (async () => {
      while (!state.isOver) {
        const startMs = performance.now();
        await client.query('begin');
        await client.query(oldStatements[1]!);
        told.longestMs = Math.max(told.longestMs, performance.now() - startMs);
        await client.query('rollback');
        await sleep(5);
      }
    })();
    try {
      return await run(up)(url, signal);
    } finally {
      state.isOver = true;
      await asking;
      await client.end();
    }
  };

/** The server behind the proxy says where it is. */
async function serverOf(place: URL): Promise<string> {
  const client = new pg.Client({ connectionString: place.href });
  await client.connect();
  const { rows } = await client.query('select inet_server_port() as port');
  await client.end();
  return Object.assign(new URL(place.href), { port: String(rows[0].port) }).href;
}

function orderOf(adminUrl: string, copy: string, profile: RehearsalOrder['profile'], migrate: Command): RehearsalOrder {
  return {
    ...{ adminUrl, copy, copiedAtMs: 0, nowMs: 1, lockTimeoutMs, migrate, profile, limitMs: 300_000 },
    ...{ files: [{ file: 'up.sql', text: up }], back: { kind: 'down', run: run(down) }, write: null },
    ...{ oldStatements, applicationRole: null, production: null },
  };
}
