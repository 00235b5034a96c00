import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Deed } from '../domain/rehearsal/statement.ts';
import { parseMigration } from './parse-migration.ts';

async function read(text: string) {
  const parsed = await parseMigration('up.sql', text);
  if (parsed.status === 'unreadable') throw new Error(`${parsed.place.line}: ${parsed.reason}`);
  return parsed.statements;
}
const deedsOf = async (text: string): Promise<readonly Deed[]> => (await read(text)).flatMap(({ deeds }) => deeds);
const kinds = async (text: string) => (await deedsOf(text)).map(({ kind }) => kind);

test('a statement is placed by the line of its first word, comments and other alphabets before it or not', async () => {
  const statements = await read(`-- größer\n/* two\nlines */\n\nselect 'ü';  -- behind\n\n  drop table "Ü";\n`);
  expect(statements.map(({ place, text }) => [place.line, text])).toEqual([
    [5, "select 'ü'"],
    [7, 'drop table "Ü"'],
  ]);
});

test('what PostgreSQL does not read is told with its line', async () => {
  const parsed = await parseMigration('up.sql', `select 1;\n-- ü\nalter tabel x;`);
  expect(parsed).toMatchObject({ status: 'unreadable', place: { file: 'up.sql', line: 3 } });
  expect(await parseMigration('up.sql', `select 1;\n\ndo $$ begin nonsense here end $$`)).toMatchObject({
    status: 'unreadable',
    place: { line: 3 },
  });
  expect(await read(' -- nothing\n')).toEqual([]);
});

test('names are written as PostgreSQL writes them', async () => {
  const names = (await deedsOf(`
    lock table public.users; lock table billing.invoices; lock table "Odd"."a""b"`)) as readonly Deed[];
  expect(names.map((deed) => 'relation' in deed && deed.relation)).toEqual([
    'users',
    'billing.invoices',
    '"Odd"."a""b"',
  ]);
});

test.each<[string, Partial<Deed>]>([
  ['alter table t add c int default 1 + 2', { kind: 'add-column', fill: 'constant' }],
  ['alter table t add c text[] default array[1, 2]::text[]', { fill: 'constant' }],
  ['alter table t add c timestamptz default now()', { fill: 'stable' }],
  ['alter table t add c date default current_date', { fill: 'stable' }],
  ['alter table t add c float default random()', { fill: 'volatile' }],
  ['alter table t add c int default ours()', { fill: 'volatile' }],
  ['alter table t add c bigserial', { fill: 'sequence' }],
  ['alter table t add c int generated always as identity', { fill: 'sequence' }],
  ['alter table t add c int generated always as (a * 2) stored', { fill: 'stored' }],
  ['alter table t add c int generated always as (a * 2) virtual', { fill: 'virtual' }],
  ['alter table t add c int references o (id)', { fill: 'none', references: 'o' }],
  [
    'alter table t add foreign key (a, b) references o not valid',
    { kind: 'add-constraint', constraint: 'foreign-key', columns: ['a', 'b'], isValid: false },
  ],
  ['alter table t add unique using index i', { constraint: 'unique', usesIndex: true }],
  ['alter table t detach partition p concurrently', { kind: 'detach-partition', isConcurrent: true }],
  ['create index on only t (a, lower(b))', { kind: 'create-index', columns: ['a', ''], isOnly: true }],
  ['reindex (concurrently) table t', { kind: 'reindex', name: 't', isConcurrent: true }],
  ['lock table t in share mode', { kind: 'lock-table', mode: 'ShareLock' }],
  ['reset all', { kind: 'set', setting: 'all' }],
  ["alter role me set lock_timeout = '0'", { kind: 'set', setting: 'lock_timeout' }],
  ["copy t from program 'x'", { kind: 'copy', with: 'program' }],
  ['create user mapping for me server s', { kind: 'administer', object: 'server' }],
])('%s', async (text, expected) => expect((await deedsOf(text))[0]).toMatchObject(expected));

test('a column that brings a constraint is read for it', async () => {
  expect(await deedsOf('alter table t add c int check (c > 0) unique')).toMatchObject([
    { kind: 'add-column' },
    { constraint: 'check', columns: ['c'] },
    { constraint: 'unique', columns: ['c'] },
  ]);
});

test('the body of a DO block is read, its texts and expressions too', async () => {
  const block = `do $$ declare x text := dblink_connect('x'); begin
    perform set_config('lock_timeout', '0', false);
    execute 'lock table t';
    x := pg_read_file('y');
    for i in 1..2 loop update t set a = 1; commit; end loop;
  exception when others then create index on t (a); end $$`;
  expect(await kinds(block)).toEqual(['call', 'set', 'lock-table', 'call', 'other', 'transaction', 'create-index']);
  expect(await kinds('do language plpython3u $$ x = 1 $$')).toEqual(['administer']);
});

test('a set_config whose name is not written out may set anything', async () => {
  expect(await deedsOf(`select set_config(n, '0', false) from names n`)).toEqual([{ kind: 'set', setting: 'all' }]);
});

test.each([
  ['create index concurrently on t (a)', true],
  ['drop index concurrently i', true],
  ['reindex database', true],
  ['vacuum t', true],
  ['analyze t', false],
  ['alter table t detach partition p concurrently', true],
  ['alter system set a = 1', true],
  ['create index on t (a)', false],
  ['drop table t', false],
])('%s: refuses a transaction: %s', async (text, expected) => {
  expect((await read(text))[0]!.refusesTransaction).toBe(expected);
});

test('any number of statements comes back in its order, with its lines', async () => {
  const parts = fc.array(fc.tuple(fc.constantFrom('', '-- ü;\n', '\n\n', '/* ; */ '), fc.nat(999)), { minLength: 1 });
  await fc.assert(
    fc.asyncProperty(parts, async (made) => {
      const text = made.map(([before, number]) => `${before}select ${number};\n`).join('');
      const statements = await read(text);
      expect(statements.map((each) => each.text)).toEqual(made.map(([, number]) => `select ${number}`));
      const lines = text.split('\n');
      for (const each of statements) expect(lines[each.place.line - 1]).toContain(each.text);
    }),
    { numRuns: 50 },
  );
});

test('a text of megabytes is gone through once', async () => {
  const count = 60_000;
  const row = `insert into users (name, email) values ('Ada of the analytical engine', 'ada@shop.test');\n`;
  const statements = await read(row.repeat(count));
  expect(statements).toHaveLength(count);
  expect(statements.at(-1)!.place.line).toBe(count);
});
