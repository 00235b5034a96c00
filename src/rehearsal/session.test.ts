import type pg from 'pg';
import { expect, test } from 'vitest';
import { realPostgres } from '../checks/testing/database.ts';
import { openProxy } from './proxy.ts';
import { cuttingWatcher } from './run-command.ts';
import type { Scratch } from './scratch.ts';
import { watchedSession } from './session.ts';
import { openClient, withClone } from './testing/clone.ts';
import type { Watcher } from './watcher.ts';

const postgres = realPostgres();
const patience = { timeout: 60_000 };

interface Seen {
  readonly told: string[];
  readonly watcher: Watcher;
}

/** Writes down each statement, and whether its locks were still held when it was told. */
function writer(): Seen {
  const told: string[] = [];
  return {
    told,
    watcher: {
      begins: async () => 'go',
      ended: async (migrator, { text, isControl }, { failedWith, isOpen }) => {
        const held = isOpen
          ? (
              await migrator.ask(
                `select count(*) from pg_locks where mode = 'AccessExclusiveLock' and pid = pg_backend_pid()`,
              )
            )[0]![0]
          : '-';
        if (!isControl) told.push(`${text}: ${failedWith ?? 'ends'}, exclusive locks ${held}`);
      },
      settled: () => undefined,
      endsTransaction: () => void told.push('ends its transaction'),
      left: (_, isOpen) => void told.push(isOpen ? 'left open' : 'left'),
    },
  };
}

async function through<T>(watcher: Watcher, work: (client: pg.Client, scratch: Scratch) => Promise<T>): Promise<T> {
  return withClone(postgres.url(), async (scratch) => {
    const { hostname: host, port } = new URL(postgres.url());
    const proxy = await openProxy({ host, port: Number(port) }, watchedSession(watcher));
    const client = await openClient(scratch.url({ host: '127.0.0.1', port: proxy.port }));
    try {
      return await work(client, scratch);
    } finally {
      await client.end().catch(() => undefined);
      await proxy.close();
    }
  });
}
const codeOf = (query: Promise<unknown>): Promise<string> =>
  query.then(
    () => 'ends',
    (error: unknown) => (error as pg.DatabaseError).code ?? String(error),
  );

test('a client meets what it would meet without anybody between', patience, async () => {
  const { told, watcher } = writer();
  await through(watcher, async (client) => {
    expect((await client.query('select $1::int + 1 as n', [41])).rows).toEqual([{ n: 42 }]);
    expect((await client.query({ name: 'kept', text: 'select $1::text as t', values: ['ü'] })).rows).toEqual([
      { t: 'ü' },
    ]);
    expect((await client.query({ name: 'kept', text: 'select $1::text as t', values: ['v'] })).rows).toEqual([
      { t: 'v' },
    ]);
    expect(await codeOf(client.query('select 1 / 0'))).toBe('22012');
    expect(await codeOf(client.query('nonsense'))).toBe('42601');
    const several = (await client.query('select 1 as a; select 2 as a')) as unknown as pg.QueryResult[];
    expect(several.map(({ rows }) => rows)).toEqual([[{ a: 1 }], [{ a: 2 }]]);
    expect((await client.query('')).rows).toEqual([]);
    const many = await client.query(`select repeat('x', 1000) as t from generate_series(1, 9000)`);
    expect(many.rowCount).toBe(9_000);
    await client.query('begin');
    await client.query('delete from notes');
    expect(await codeOf(client.query('select * from nowhere'))).toBe('42P01');
    expect(await codeOf(client.query('select 1'))).toBe('25P02');
    await client.query('rollback');
    expect((await client.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
  });
  expect(told.at(-1)).toBe('left');
});

/** One turn of the extended protocol, up to its Sync: how it ends. */
const turn = (client: pg.Client, send: (connection: pg.Connection) => void): Promise<string> =>
  new Promise((resolve) => {
    const nothing = () => undefined;
    const turned = {
      submit: (connection: pg.Connection) => {
        send(connection);
        connection.sync();
      },
      ...{ handleRowDescription: nothing, handleDataRow: nothing, handleCommandComplete: nothing },
      handleError: ({ code }: pg.DatabaseError) => resolve(code ?? 'fails'),
      handleReadyForQuery: () => resolve('ends'),
    };
    client.query(turned);
  });
const unnamed = { name: '', text: 'insert into notes values ($1, $2)', types: [] };
const prepare = (client: pg.Client) =>
  turn(client, (connection) => {
    connection.parse(unnamed, true);
    connection.describe({ type: 'S', name: '' }, true);
  });
const execute = (client: pg.Client, values: readonly string[]) =>
  turn(client, (connection) => {
    connection.bind({ statement: '', portal: '', values: [...values] }, true);
    connection.execute({ portal: '', rows: '0' }, true);
  });

test(
  'what is prepared in one turn and executed in the next is still there, as lib/pq and pgx do it',
  patience,
  async () => {
    const { told, watcher } = writer();
    await through(watcher, async (client, scratch) => {
      expect(await prepare(client)).toBe('ends');
      expect(await execute(client, ['1', '7'])).toBe('ends');
      // One that fails for its COMMIT, and by itself, stands in nobody's way.
      expect(await execute(client, ['2', '4711'])).toBe('23503');
      expect(await execute(client, ['1', '7'])).toBe('23505');
      expect(await execute(client, ['3', '7'])).toBe('ends');
      await client.query('begin');
      expect(await prepare(client)).toBe('ends');
      expect(await execute(client, ['4', '7'])).toBe('ends');
      expect(await execute(client, ['5', '7'])).toBe('ends');
      await client.query('commit');
      expect((await client.query('select name from pg_prepared_statements')).rows).toEqual([]);
      const other = await scratch.connect('test');
      expect((await other.query('select id from notes order by id')).rows.map(({ id }) => id)).toEqual([1, 3, 4, 5]);
      // Control: a simple query of the client's own does end it.
      await prepare(client);
      await client.query('select 1');
      expect(await execute(client, ['6', '7'])).toBe('26000');
    });
    expect(told.filter((each) => each.startsWith(unnamed.text))).toHaveLength(7);
  },
);

test('F088 what commits by itself is seen while it still holds its locks', patience, async () => {
  const { told, watcher } = writer();
  const name = await through(watcher, async (client, scratch) => {
    await client.query('alter table users rename column name to full_name');
    await client.query('alter table users add column a int; alter table notes add column b int');
    const other = await scratch.connect('test');
    return (await other.query('select full_name, a from users where id = 1')).rows;
  });
  expect(name).toEqual([{ full_name: 'n1', a: null }]);
  expect(told).toEqual([
    'alter table users rename column name to full_name: ends, exclusive locks 1',
    'alter table users add column a int: ends, exclusive locks 1',
    'alter table notes add column b int: ends, exclusive locks 2',
    'left',
  ]);
});

test('several statements of one message are one transaction, as without anybody between', patience, async () => {
  await through(writer().watcher, async (client, scratch) => {
    expect(await codeOf(client.query('create table kept (id int); select 1 / 0'))).toBe('22012');
    const other = await scratch.connect('test');
    expect((await other.query(`select to_regclass('kept') as kept`)).rows).toEqual([{ kept: null }]);
  });
});

test('what refuses a transaction runs outside of one', patience, async () => {
  const { told, watcher } = writer();
  await through(watcher, async (client) => {
    await client.query('create index concurrently users_name on users (name)');
    await client.query('vacuum users');
    await client.query(`do $$ begin update users set total = 1 where id = 1; commit; end $$`);
    await client.query('create procedure twice() language plpgsql as $$ begin commit; commit; end $$');
    expect(await codeOf(client.query('call twice()'))).toBe('ends');
  });
  expect(told.filter((each) => each === 'ends its transaction')).toHaveLength(2);
  expect(told.filter((each) => each.endsWith(': ends, exclusive locks -'))).toHaveLength(4);
});

test('a constraint that is looked at by COMMIT only fails for the client', patience, async () => {
  await through(writer().watcher, async (client) => {
    expect(await codeOf(client.query('insert into notes values (1, 4711)'))).toBe('23503');
    expect((await client.query('select count(*)::int as n from notes')).rows).toEqual([{ n: 0 }]);
  });
});

test('F091 a transaction that is left open is told', patience, async () => {
  const { told, watcher } = writer();
  await through(watcher, async (client) => void (await client.query('begin; update users set total = 2')));
  expect(told.at(-1)).toBe('left open');
});

test('F090 cut before a statement, what was committed stays and the rest does not', patience, async () => {
  await through(cuttingWatcher(3), async (client, scratch) => {
    await client.query('create table one (id int)');
    await client.query('begin');
    await client.query('create table two (id int)');
    expect(await codeOf(client.query('create table three (id int)'))).toMatch(/Connection terminated|ECONNRESET/);
    const other = await scratch.connect('test');
    const { rows } = await other.query(
      `select to_regclass(n) is not null as stands from unnest(array['one', 'two', 'three']) n`,
    );
    expect(rows.map(({ stands }: { stands: boolean }) => stands)).toEqual([true, false, false]);
  });
});
