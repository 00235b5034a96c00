// Whom a row is locked by is found in the row, in whatever way PostgreSQL has written it there.
import type pg from 'pg';
import { expect, test } from 'vitest';
import { realPostgres } from '../checks/testing/database.ts';
import { lockedRows, nextList } from './locked-rows.ts';
import type { Scratch } from './scratch.ts';
import { openClient, withClone } from './testing/clone.ts';

const postgres = realPostgres();
const forUpdate = 'select 1 from users where id <= 40 for update';
const caught = (text: string) =>
  `do $$ begin perform 1 from (${text}) locked; exception when others then raise; end $$`;

/** Rows of `users` that the texts keep from other writers, in one transaction, told by the last of them. */
async function heldBy(scratch: Scratch, texts: readonly string[], beside: readonly string[] = []): Promise<unknown> {
  const [client, migration] = [await scratch.connect('observer'), await openClient(scratch.url())];
  const other = await openClient(scratch.url());
  const ask = async (text: string) =>
    (await migration.query<string[]>({ text, rowMode: 'array' })).rows.map((row) => row.map(String));
  try {
    const firstList = await nextList(client);
    for (const text of ['begin', ...beside]) await other.query(text);
    for (const text of ['begin', ...texts]) await migration.query(text);
    const pid = (migration as pg.Client & { readonly processID: number }).processID;
    const sent = { text: texts.at(-1)!, statement: null, isControl: false, values: [] };
    const locks = [{ relation: 'users', mode: 'RowShareLock', heldMs: 1 }] as const;
    const looked = { client, migrator: { pid, ask }, sent, isOpen: true, rows: new Map([['users', 300]]), locks };
    const answer = await lockedRows({ ...looked, firstList });
    expect((await lockedRows({ ...looked, firstList, isOpen: false })).map(({ rows }) => rows)).toEqual(
      answer.map(() => null),
    );
    return answer[0]?.rows;
  } finally {
    await Promise.all([client.end(), migration.end(), other.end()]);
  }
}

test('rows of a transaction, of its subtransactions and of lists', { timeout: 60_000 }, async () => {
  await withClone(postgres.url(), async (scratch) => {
    const held = (...texts: readonly string[]) => heldBy(scratch, texts);
    expect(await held(forUpdate)).toBe(40);
    expect(await held(caught(forUpdate))).toBe(40);
    expect(await held('savepoint one', forUpdate)).toBe(40);
    expect(await held(caught('select from users where id <= 30 for share'), caught(forUpdate))).toBe(40);
    const shared = 'select 1 from users where id <= 20 for share';
    expect(await heldBy(scratch, [shared], [shared])).toBe(20);
  });
});

test('controls: what was taken back, what lets writers pass beside others, and what others hold', async () => {
  await withClone(postgres.url(), async (scratch) => {
    const taken = `do $$ begin perform 1 from (${forUpdate}) locked; raise exception 'no'; exception when raise_exception then null; end $$`;
    expect(await heldBy(scratch, [taken])).toBe(0);
    const keys = 'select 1 from users where id <= 20 for key share';
    const one = 'select 1 from users where id = 90 for update';
    expect(await heldBy(scratch, [keys, one], [keys])).toBe(1);
    expect(await heldBy(scratch, [one], ['select 1 from users where id <= 20 for update'])).toBe(1);
    expect(await heldBy(scratch, ['select 1 from users'])).toBe(undefined);
  });
});
