/**
 * The same value and key give the same mask in a second run, in another database, in another table, under another name; another key gives others. Each
 * masker by itself. Control: two keys taken for one are seen.
 */
import { maskers, type MaskerName } from '../src/domain/refresh/maskers.ts';
import type { RefreshRules, Rule } from '../src/domain/refresh/rules.ts';
import { ask, makeEnds, refreshHard } from '../test/refresh/hard.ts';
import { row } from './refresh-copy.ts';
import { findTools, openServers, type Servers } from './refresh-servers.ts';
import type { BenchRow } from './row.ts';

const COUNT = 500;

/** `outbound` and `picture` have no key: everything becomes the same sink, everybody the same picture. */
type Keyed = Exclude<MaskerName, 'outbound' | 'picture'>;
/** A type and values of it, by the masker that takes them. */
const values: Readonly<Record<Keyed, readonly [string, string]>> = {
  email: ['text', "'p' || i || '@sea.example'"],
  'given-name': ['text', "'Anna' || translate(i::text, '0123456789', 'abcdefghij')"],
  'family-name': ['text', "'Berg' || translate(i::text, '0123456789', 'abcdefghij')"],
  'full-name': ['text', "'Anna' || translate(i::text, '0123456789', 'abcdefghij') || ' Bergmann'"],
  company: ['text', "'Works ' || i"],
  street: ['text', "'Long Road ' || i"],
  place: ['text', "'Town' || translate(i::text, '0123456789', 'abcdefghij')"],
  digits: ['text', "'+49 151 ' || (10000000 + i * 7919)"],
  token: ['text', "'sk_' || md5(i::text)"],
  text: ['text', "'call +49 170 ' || (10000000 + i * 7919) || ' or p' || i || '@sea.example'"],
  ip: ['inet', "('81.2.' || i % 250 || '.' || i / 250)::inet"],
  url: ['text', "'https://s' || i || '.sea.example/u/' || i"],
  card: ['text', "'4111 ' || (1000 + i) || ' ' || (1000 + i * 13 % 9000) || ' 1111'"],
  iban: ['text', "'DE89' || (370400440000000000 + i * 7919)"],
  id: ['bigint', 'i'],
  'date-shift': ['date', "date '1990-01-01' + i"],
  band: ['numeric', '(500000 + i)::numeric'],
  mac: [
    'macaddr',
    "('08:00:2b:' || lpad(to_hex(i / 256), 2, '0') || ':' || lpad(to_hex(i % 256), 2, '0') || ':03')::macaddr",
  ],
  bytes: ['bytea', 'sha256(i::text::bytea)'],
};
const names = (Object.keys(maskers) as MaskerName[]).filter(
  (name): name is Keyed => name !== 'outbound' && name !== 'picture',
);
/** Out of a few thousand or fewer: now and then two keys agree by chance. */
const few: readonly Keyed[] = [
  'given-name',
  'family-name',
  'full-name',
  'company',
  'street',
  'place',
  'ip',
  'date-shift',
  'band',
  'mac',
  'card',
];

const column = (name: Keyed): string => `c_${name.replace('-', '_')}`;
const sourceSql = (table: string, direction: 'ASC' | 'DESC'): string =>
  `CREATE TABLE ${table} (k int, ${names.map((name) => `${column(name)} ${values[name][0]}`).join(', ')});
   INSERT INTO ${table} SELECT i, ${names.map((name) => values[name][1]).join(', ')} FROM generate_series(1, ${COUNT}) i ORDER BY i ${direction};
   CREATE TABLE people (id int, email text);`;
const keep: Rule = { kind: 'keep', because: 'a number of a row' };
const rulesOf = (table: string): RefreshRules => ({
  columns: {
    [`public.${table}.k`]: keep,
    ...Object.fromEntries(
      names.map((name) => [
        `public.${table}.${column(name)}`,
        { kind: 'mask', masker: name, days: 60, by: name === 'date-shift' ? 'k' : null, percent: 10 } as const,
      ]),
    ),
  },
  patterns: [{ pattern: 'public.people.*', rule: keep }],
  types: {},
});

type Masks = Readonly<Record<string, string>>[];
const read = (url: string, table: string): Promise<Masks> =>
  ask(
    url,
    `SELECT ${names.map((name) => `${column(name)}::text AS ${column(name)}`).join(', ')} FROM ${table} ORDER BY k`,
  );

async function masked(servers: Servers, table: string, key: string): Promise<Masks> {
  await refreshHard(servers, { rules: rulesOf(table), secret: Buffer.from(key), isProven: false });
  return read(servers.target.url('stage'), table);
}

const equal = (some: Masks, others: Masks, name: Keyed): number =>
  some.filter((each, i) => each[column(name)] === others[i]![column(name)]).length;

export async function determinismRows(): Promise<readonly BenchRow[]> {
  const tools = findTools();
  if (tools === null)
    return [row('determinism: no PostgreSQL of its own package: not measured', 0, '', 'measured', false)];
  const servers = await openServers(tools);
  try {
    const [key, otherKey] = ['a key that everybody may know', 'another key that everybody may know'];
    await makeEnds(servers, sourceSql('accounts', 'ASC'));
    const originals = await read(servers.source.url('prod'), 'accounts');
    const first = await masked(servers, 'accounts', key);
    const again = await masked(servers, 'accounts', key);
    const other = await masked(servers, 'accounts', otherKey);
    await makeEnds(servers, sourceSql('elsewhere', 'DESC'));
    const elsewhere = await masked(servers, 'elsewhere', key);
    const all = COUNT * names.length;
    const sum = (one: Masks, two: Masks): number => names.reduce((total, name) => total + equal(one, two, name), 0);
    const same = (what: string, count: number): BenchRow =>
      row(`determinism: ${what}`, count, 'values', String(all), count === all);
    return [
      row(
        'determinism: maskers with a key',
        names.length,
        '',
        `of ${Object.keys(maskers).length}`,
        first.length === COUNT,
      ),
      same('same key, second run, same mask', sum(first, again)),
      same('same key, another database, table and order, same mask', sum(first, elsewhere)),
      ...names.map((name) => {
        const [count, most] = [equal(first, other, name), few.includes(name) ? COUNT / 20 : 0];
        return row(`determinism: another key, same mask: ${name}`, count, `of ${COUNT}`, `<= ${most}`, count <= most);
      }),
      ...names.map((name) => {
        const [count, most] = [equal(first, originals, name), few.includes(name) ? COUNT / 20 : 0];
        return row(`determinism: left as it was: ${name}`, count, `of ${COUNT}`, `<= ${most}`, count <= most);
      }),
      {
        ...row(
          'determinism: two keys taken for one are seen',
          all - sum(first, other),
          'values',
          '> 0',
          sum(first, other) < all,
        ),
        control: true,
      },
    ];
  } finally {
    servers.close();
  }
}
