/**
 * The hard schema of `test/refresh` between PostgreSQL 15 and 18, both ways: a copy is held against what `pg_dump | psql` makes of the same source,
 * object by object, and against the source itself, table by table.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { FailureError } from '../src/domain/failure.ts';
import {
  ask,
  differences,
  hardSql,
  largeObjects,
  makeEnds,
  makeOld,
  refreshHard,
  schemaOf,
  sumsOf,
} from '../test/refresh/hard.ts';
import { row } from './refresh-copy.ts';
import { embeddedTools, findTools, openServers, type Servers } from './refresh-servers.ts';
import type { BenchRow } from './row.ts';

export async function hardRows(): Promise<readonly BenchRow[]> {
  const old = findTools();
  if (old === null) return [row('hard: no PostgreSQL with pg_dump and psql: not measured', 0, '', 'measured', false)];
  const home = mkdtempSync('/var/tmp/greenroom-bench-hard-');
  try {
    const [older, newer] = [
      { name: path.basename(path.dirname(old)), dir: old },
      { name: '18', dir: embeddedTools(home) },
    ];
    const rows: BenchRow[] = [];
    for (const [from, to] of [
      [older, older],
      [older, newer],
      [newer, newer],
      [newer, older],
    ] as const) {
      const servers = await openServers(from.dir, to.dir);
      try {
        const whole = hardSql('hard') + (from === newer ? hardSql('hard-18') : '');
        const pair = `hard ${from.name} to ${to.name}`;
        const isBack = from === newer && to === older;
        if (isBack) rows.push(await backwards(servers, pair, whole));
        await makeEnds(servers, isBack ? hardSql('hard') : whole);
        const reference =
          from === older ? dumped(servers, old) : isBack ? madeThere(servers) : servers.source.url('prod');
        rows.push(...(await compared(servers, pair, await reference)));
        if (from === to && from === older) rows.push(...(await refusals(servers)));
      } finally {
        servers.close();
      }
    }
    return rows;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** `reference`: the database that has every object as the copy should have it. */
async function compared(servers: Servers, pair: string, reference: string): Promise<readonly BenchRow[]> {
  const { source, target } = servers;
  await refreshHard(servers, { isProven: false });
  const there = await sumsOf(source.url('prod'));
  const wanted = await schemaOf(reference);
  const lost = async (): Promise<readonly string[]> => {
    const here = await schemaOf(target.url('stage'));
    return [...wanted.filter((each) => !here.includes(each)), ...here.filter((each) => !wanted.includes(each))];
  };
  const [objects, tables] = [await lost(), differences(there, await sumsOf(target.url('stage')))];
  const [dumpedObjects, copiedObjects] = [await sumsOf(reference), await sumsOf(target.url('stage'))].map((sums) =>
    sums.get(largeObjects),
  );
  for (const each of [...objects, ...tables]) console.log(`  ${pair}: ${each.slice(0, 300)}`);
  // Controls: one row without a column, one comment.
  await ask(target.url('stage'), 'DELETE FROM no_columns WHERE ctid = (SELECT min(ctid) FROM no_columns)');
  await ask(target.url('stage'), 'COMMENT ON TABLE people IS NULL');
  const [missedObject, missedRow] = [await lost(), differences(there, await sumsOf(target.url('stage')))];
  return [
    row(`${pair}: objects as pg_dump describes them`, wanted.length, 'objects', '> 150', wanted.length > 150),
    row(`${pair}: lost, added or changed`, objects.length, 'objects', '0', objects.length === 0),
    row(`${pair}: tables, partitions, views and sequences`, there.size, '', '> 40', there.size > 40),
    row(`${pair}: with other rows or values`, tables.length, '', '0', tables.length === 0),
    row(
      `${pair}: large objects as in the reference`,
      Number(copiedObjects!.split(' ')[0]),
      'objects',
      '3, the same',
      copiedObjects === dumpedObjects && copiedObjects!.startsWith('3 '),
    ),
    control(`${pair}: one comment less is seen`, missedObject.length, objects.length),
    control(`${pair}: one row without a column less is seen`, missedRow.length, tables.length),
  ];
}

async function emptyReference({ target }: Servers): Promise<string> {
  await ask(target.url('postgres'), 'DROP DATABASE IF EXISTS reference');
  await ask(target.url('postgres'), 'CREATE DATABASE reference TEMPLATE template0');
  return target.url('reference');
}

/** What pg_dump and psql of PostgreSQL's own package make of the source. */
async function dumped(servers: Servers, tools: string): Promise<string> {
  const { source, target } = servers;
  const reference = await emptyReference(servers);
  const script = `set -euo pipefail; pg_dump -h 127.0.0.1 -p ${source.port} -U postgres prod | psql -Xq -v ON_ERROR_STOP=1 -h 127.0.0.1 -p ${target.port} -U postgres reference > /dev/null`;
  const env = { ...process.env, PATH: `${tools}:${process.env['PATH']}` };
  const done = spawnSync('bash', ['-c', script], { stdio: ['ignore', 'ignore', 'pipe'], env });
  if (done.status !== 0) throw new Error(`the reference: ${String(done.stderr).slice(0, 1_000)}`);
  return reference;
}

/** No pg_dump goes back, and each PostgreSQL words its objects in its own way: the same schema, made there. */
async function madeThere(servers: Servers): Promise<string> {
  const reference = await emptyReference(servers);
  await ask(reference, hardSql('hard'));
  return reference;
}

/** What an older PostgreSQL cannot have is refused by name, and the old data stays. */
async function backwards(servers: Servers, pair: string, sql: string): Promise<BenchRow> {
  await makeEnds(servers, sql);
  const said = await refusal(servers);
  const holds = /GR5047 The target refused \w+ \w+/.test(said) && (await oldDataStands(servers));
  console.log(`  ${pair}: ${said}`);
  return row(`${pair}: what only the newer one has is refused by name`, Number(holds), '', '1', holds);
}

const plants: readonly (readonly [string, string, RegExp])[] = [
  ['a foreign server', 'CREATE FOREIGN DATA WRAPPER w; CREATE SERVER far FOREIGN DATA WRAPPER w', /GR5055 .*far/],
  [
    'a foreign table',
    'CREATE FOREIGN DATA WRAPPER w; CREATE SERVER far FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE afar (a int) SERVER far',
    /GR5055 .*public\.afar/,
  ],
];
const listed: readonly (readonly [string, string, string])[] = [
  [
    'a large object that nothing refers to',
    "SELECT lo_from_bytea(0, 'x')",
    'left out, as no kept column refers to them: 1 large object',
  ],
  ['a publication', 'CREATE PUBLICATION news FOR ALL TABLES', 'publication news was left out'],
  [
    'a subscription',
    "CREATE SUBSCRIPTION mine CONNECTION 'host=nowhere' PUBLICATION x WITH (connect = false)",
    'subscription mine was left out',
  ],
];

/** What cannot be carried is refused or listed by name. */
async function refusals(servers: Servers): Promise<readonly BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const [what, sql, expected] of plants) {
    await makeEnds(servers, sql);
    const holds = expected.test(await refusal(servers)) && (await oldDataStands(servers));
    rows.push(row(`hard: ${what}: refused by name`, Number(holds), '', '1', holds));
  }
  for (const [what, sql, note] of listed) {
    await makeEnds(servers, `CREATE TABLE people (id int, email text)`);
    await ask(servers.source.url('prod'), sql);
    const { notes } = await refreshHard(servers, { isProven: false, rules: keepAll });
    rows.push(row(`hard: ${what}: listed by name`, notes.length, 'notes', '1', notes.join('\n') === note));
  }
  return rows;
}

const keepAll = {
  ...{ columns: {}, types: {} },
  patterns: [{ pattern: '**', rule: { kind: 'keep', because: 'made up' } as const }],
};

const refusal = (servers: Servers): Promise<string> =>
  refreshHard(servers, { isProven: false }).then(
    () => 'not refused',
    (error: unknown) => (error instanceof FailureError ? error.message : `no failure of ours: ${String(error)}`),
  );

async function oldDataStands(servers: Servers): Promise<boolean> {
  const found = await ask<{ email: string }>(servers.target.url('stage'), 'SELECT email FROM people');
  const beside = await ask(servers.target.url('postgres'), "SELECT FROM pg_database WHERE datname LIKE 'stage\\__%'");
  await makeOld(servers);
  return found.length === 1 && found[0]!.email === 'old' && beside.length === 0;
}

function control(measure: string, seen: number, before: number): BenchRow {
  return { ...row(measure, seen - before, 'differences', '> 0', seen > before), control: true };
}
