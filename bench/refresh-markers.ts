/**
 * Personal data planted in every hiding place, and looked for by somebody who knows nothing of the product: in the dump of the whole target, in what its
 * planner keeps, in every file of its server, of Greenroom's home and of its temporary folder, and in all that was said; also after runs that fail.
 */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, makeEnds } from '../test/refresh/hard.ts';
import { openLab, type Lab } from '../test/refresh/lab.ts';
import { inSchema, inValues, mailOf, markerOf, markersMade, markerTables } from '../test/refresh/markers.ts';
import { row } from './refresh-copy.ts';
import type { BenchRow } from './row.ts';

const EACH = 12;
const rules = `columns:
  public.hidden.c_text: email
  public.hidden.c_note: text
  public.hidden.c_varchar: email
  public.hidden.c_citext: email
  public.hidden.c_domain: email
  public.hidden.c_jsonb: { json: {}, rest: text }
  public.hidden.c_json: { json: {}, rest: text }
  public.hidden.c_array: email
  public.hidden.c_bytes: bytes
  public.hidden.c_object: picture
  public.hidden.c_token: token
  public.hidden.c_name: full-name
  public.hidden.c_street: street
  public.hidden.c_url: url
  public.hidden.c_company: company
  public.hidden.c_gone: nothing
  public.hidden.c_constant: { constant: nobody }
  public.hidden.c_common: email
  public.plain.a: { keep: true, because: made up }
  public.people.email: email
patterns: { "**.mail": email }
types: { int4: keep, int8: keep }
`;
const sourceSql = (): string =>
  `${markerTables}${inValues.flatMap(({ plant }, kind) => Array.from({ length: EACH }, (_, i) => plant(markerOf(kind, i), i))).join(';')};${markersMade}`;

/** Different markers in there, as they stand, in capitals or as hexadecimal digits. */
function markersIn(bytes: Buffer): readonly string[] {
  const text = bytes.toString('latin1').toLowerCase();
  const hex = [...text.matchAll(/7a71((?:3\d){2})78((?:3\d){2})6b7677/g)].map(
    (found) => `zq${String(Buffer.from(found[1]!, 'hex'))}x${String(Buffer.from(found[2]!, 'hex'))}`,
  );
  return [...new Set([...text.matchAll(/zq\d\dx\d\d(?=kvw)/g)].map(([found]) => found).concat(hex))];
}

function markersInFiles(folder: string): readonly string[] {
  const found = new Set<string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile())
      for (const marker of markersIn(readFileSync(path.join(entry.parentPath, entry.name)))) found.add(marker);
  return [...found];
}

function dumpOf({ servers }: Lab, url: string): Buffer {
  const done = spawnSync(path.join(servers.binDir, 'pg_dump'), ['-d', url], { maxBuffer: 1e9 });
  if (done.status !== 0) throw new Error(String(done.stderr));
  return done.stdout;
}

async function statisticsOf(url: string): Promise<Buffer> {
  const told = await Promise.all(
    ['pg_stats', 'pg_statistic', 'pg_stats_ext', 'pg_stats_ext_exprs'].map((view) =>
      ask<{ told: string }>(url, `SELECT s::text AS told FROM ${view} s`),
    ),
  );
  return Buffer.from(told.flatMap((rows) => rows.map((each) => each.told)).join('\n'));
}

interface Places {
  readonly target: readonly string[];
  readonly statistics: readonly string[];
  readonly files: readonly string[];
  readonly home: readonly string[];
}

async function lookEverywhere(lab: Lab): Promise<Places> {
  const { target } = lab.servers;
  await ask(target.url('postgres'), 'CHECKPOINT');
  await lab.tiny.play.rows('CHECKPOINT');
  return {
    target: markersIn(dumpOf(lab, target.url('stage'))),
    statistics: markersIn(await statisticsOf(target.url('stage'))),
    files: markersInFiles(path.join(lab.servers.dir, 'target')).concat(
      markersIn(readFileSync(path.join(lab.servers.dir, 'target.log'))),
    ),
    home: markersInFiles(lab.tiny.play.directory).concat(markersInFiles(lab.temporary)),
  };
}

const none = (prefix: string, places: Places): readonly BenchRow[] =>
  [
    ['the dump of the target', places.target],
    ['what its planner keeps', places.statistics],
    ["its server's files and log", places.files],
    ["Greenroom's database, record, logs and temporary files", places.home],
  ].map(([name, found]) =>
    row(`markers: ${prefix}, in ${name as string}`, found!.length, 'markers', '0', found!.length === 0),
  );

export async function markerRows(): Promise<readonly BenchRow[]> {
  const lab = await openLab();
  if (lab === null) return [row('markers: no PostgreSQL with pg_dump: not measured', 0, '', 'measured', false)];
  try {
    const { source, target } = lab.servers;
    await makeEnds(lab.servers, sourceSql());
    lab.rules(rules);
    const there = markersIn(dumpOf(lab, source.url('prod'))).length;
    const good = await lab.refresh();
    if (good.code !== 0) throw new Error(`the refresh: ${good.stdout}${good.stderr}`);
    const rowCount = await ask<{ n: number }>(target.url('stage'), 'SELECT count(*)::int AS n FROM hidden');
    const rows = [
      row('markers: planted', inValues.length * EACH, 'markers', '>= 300', inValues.length * EACH >= 300),
      row('markers: kinds of hiding place', inValues.length, 'kinds', '>= 25', inValues.length >= 25),
      row('markers: alive in the dump of the source', there, 'markers', '>= 300', there >= 300),
      row('markers: rows that came', rowCount[0]!.n, 'rows', '> 200', rowCount[0]!.n > 200),
      ...none('after a good run', await lookEverywhere(lab)),
    ];
    const said: string[] = [good.stdout + good.stderr];
    rows.push(...(await failing(lab, said)), ...none('after runs that fail', await lookEverywhere(lab)));
    rows.push(await cutOnce(lab, said), ...none('after a connection that was cut', await lookEverywhere(lab)));
    rows.push(...(await stopped(lab, said)));
    const told = markersIn(Buffer.from(said.join('\n')));
    rows.push(row(`markers: in all that ${said.length} runs said`, told.length, 'markers', '0', told.length === 0));
    return [...rows, ...(await controls(lab))];
  } finally {
    await lab.close();
  }
}

/** A check that a mask breaks, masks that are twice what must be unique, connections that are cut whenever they are opened. */
async function failing(lab: Lab, said: string[]): Promise<readonly BenchRow[]> {
  const { source, target } = lab.servers;
  const ways: readonly (readonly [string, string, string, RegExp])[] = [
    [
      'a check',
      "ALTER TABLE indexed ADD CONSTRAINT sea CHECK (mail LIKE '%@sea.example')",
      'ALTER TABLE indexed DROP CONSTRAINT sea',
      /GR5004 .*23514/,
    ],
    [
      'an index that must be unique',
      "CREATE TABLE twice (mail text); INSERT INTO twice SELECT mail || i FROM indexed, generate_series(1, 9) i; CREATE UNIQUE INDEX twice_i ON twice ((CASE WHEN mail LIKE '%@sea.example%' THEN mail ELSE '' END))",
      'DROP TABLE twice',
      /GR5048 .*23505/,
    ],
    ['every connection cut, again and again,', 'SELECT 1', 'SELECT 1', connectionLost],
  ];
  const rows: BenchRow[] = [];
  for (const [what, before, after, expected] of ways) {
    await ask(source.url('prod'), before);
    const running = lab.start();
    const cutting = expected === connectionLost ? cut(target.url('postgres'), running.ended, 'again') : null;
    const { code, stdout, stderr } = await running.ended;
    await cutting;
    await ask(source.url('prod'), after);
    said.push(stdout + stderr);
    const holds = code !== 0 && expected.test(stdout + stderr);
    if (!holds) console.log(`  ${what}: ${code} ${stdout}${stderr}`);
    rows.push(row(`markers: ${what} ends it`, Number(holds), '', '1', holds));
  }
  return rows;
}

const connectionLost = /GR50(?:0\d|4\d|58|94)/;

/** Whoever copied goes on over new connections, and it ends well; who had nothing left to copy has lost nothing, and whoever did something else says what ended it. */
async function cutOnce(lab: Lab, said: string[]): Promise<BenchRow> {
  const running = lab.start();
  const cutting = cut(lab.servers.target.url('postgres'), running.ended, 'once');
  const { code, stdout, stderr } = await running.ended;
  await cutting;
  said.push(stdout + stderr);
  const holds = code === 0 || (code === 2 && connectionLost.test(stdout + stderr));
  if (!holds) console.log(`  a connection that is cut: ${code} ${stdout}${stderr}`);
  const how = code !== 0 ? 'ends it' : stdout.includes('copied again') ? 'is opened again' : 'is not missed';
  return row(`markers: a connection that is cut ${how}`, Number(holds), '', '1', holds);
}

/** Everybody who copies into the database beside, once; or from then on everybody in it, as long as it runs. */
async function cut(url: string, ended: Promise<unknown>, how: 'once' | 'again'): Promise<void> {
  let isCut = false;
  const over = ended.then(() => true);
  for (const endMs = performance.now() + 60_000; performance.now() < endMs;) {
    const who: string = isCut ? '' : "AND query LIKE 'COPY%'";
    const rows = await ask(
      url,
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname LIKE 'stage\\_greenroom\\_%' ${who}`,
    );
    isCut ||= rows.length > 0;
    if (isCut && how === 'once') return;
    if (await Promise.race([over, sleep(10, false)])) break;
  }
  if (!isCut) throw new Error('nobody was at work');
}

/** What a schema says of people stops a refresh, which names the place and never the value. */
async function stopped(lab: Lab, said: string[]): Promise<readonly BenchRow[]> {
  let [stops, beside] = [0, 0];
  const named: string[] = [];
  for (const [i, { kind, plant, rule = '' }] of inSchema.entries()) {
    const marker = markerOf(60 + i, 0);
    await makeEnds(
      lab.servers,
      `${markerTables}INSERT INTO hidden (c_text) VALUES ('${mailOf(marker)}');${plant(marker, 0)};${markersMade}`,
    );
    lab.rules(rules.replace('columns:\n', `columns:\n${rule}`));
    const { code, stdout, stderr } = await lab.refresh();
    // A table is spoken of by its name, whatever it is.
    (kind.startsWith('the name of') ? named : said).push(stdout + stderr);
    if (markersIn(Buffer.from(stdout + stderr)).length > 0) console.log(`  said of ${kind}: ${stdout}${stderr}`);
    if (code !== 0 && stderr.includes('GR5061')) stops += 1;
    else console.log(`  ${kind}: ${code} ${stdout}${stderr}`);
    const left = await ask(
      lab.servers.target.url('postgres'),
      "SELECT FROM pg_database WHERE datname LIKE 'stage\\__%'",
    );
    beside += left.length;
  }
  const count = inSchema.length;
  const names = markersIn(Buffer.from(named.join('\n')));
  return [
    row(`markers: in ${count} kinds of place in a schema, stopped`, stops, 'runs', String(count), stops === count),
    row('markers: databases that stopped runs left', beside, '', '0', beside === 0),
    row('markers: names of objects that are said as names', names.length, 'markers', 'reported', true),
  ];
}

/** One rule that keeps what it should mask, published without the proof; and a marker written into each of the other places by hand. */
async function controls(lab: Lab): Promise<readonly BenchRow[]> {
  const { target } = lab.servers;
  await makeEnds(lab.servers, sourceSql());
  lab.rules(rules.replace('c_note: text', 'c_note: { keep: true, because: a control }'));
  const { code } = await lab.refresh('--no-proof');
  const places = await lookEverywhere(lab);
  lab.rules(rules.replace('c_common: email', 'c_common: { keep: true, because: a control }'));
  await lab.refresh('--no-proof');
  const common = markersIn(await statisticsOf(target.url('stage'))).length;
  const control = (what: string, value: number, bar: string, holds: boolean): BenchRow => ({
    ...row(`markers: ${what}`, value, 'markers', bar, holds),
    control: true,
  });
  const [found, inFiles] = [places.target.length, places.files.length];
  return [
    control('one rule set to keep, found in the dump', code === 0 ? found : 0, `${2 * EACH}`, found === 2 * EACH),
    control("and in the server's files", inFiles, `>= ${EACH}`, inFiles >= EACH),
    control('a common value kept, found in what the planner keeps', common, '> 0', common > 0),
  ];
}
