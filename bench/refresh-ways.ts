/** The ways to bring a database over, each as one command; a shell's pipes fail with any of their parts. */
import { spawnSync } from 'node:child_process';
import type { Told } from './refresh-child.ts';
import type { Servers } from './refresh-servers.ts';
import { maskedQueries, sedRules } from './refresh-others.ts';
import { storedTables } from './refresh-source.ts';

export interface Way {
  readonly name: string;
  /** Brings `prod` into `stage`, which is empty. */
  run(): Told | null;
}

/** What every shell below knows: the tools, the two servers, columns without those that PostgreSQL generates. */
function shell({ binDir, dir, source, target }: Servers, script: string): void {
  const before = `set -euo pipefail; cd ${dir}; export PATH=${binDir}:$PATH PGHOST=127.0.0.1 PGUSER=postgres LC_ALL=C; SRC=${source.port}; DST=${target.port}
    cols() { psql -XqAtp $SRC prod -c "select string_agg(quote_ident(attname), ',' order by attnum) from pg_attribute where attrelid='$1'::regclass and attnum>0 and not attisdropped and attgenerated=''"; }
    into() { psql -Xqp $DST stage -v ON_ERROR_STOP=1 "$@" > /dev/null; }
    post() { PGOPTIONS='-c maintenance_work_mem=256MB' pg_restore -j2 -p $DST -d stage --section=post-data schema.dump; }
    pre() { pg_dump -p $SRC prod -Fc --schema-only -f schema.dump; pg_restore -p $DST -d stage --section=pre-data schema.dump; }\n`;
  const done = spawnSync('bash', ['-c', before + script], { stdio: ['ignore', 'ignore', 'pipe'] });
  if (done.status !== 0) throw new Error(`${script}: ${String(done.stderr).slice(0, 2_000)}`);
}

/** Two lanes of tables, each pair of connections in a row. `query`: what is read of a table; null: its columns. */
function lanes(query: ((table: string) => string) | null): string {
  const read = (table: string): string =>
    query === null
      ? `"copy ${table}($(cols ${table})) to stdout (format binary)"`
      : quotedForShell(`copy (${query(table)}) to stdout (format binary)`);
  const one = (table: string): string =>
    `psql -Xqp $SRC prod -v ON_ERROR_STOP=1 -c ${read(table)} | into -c "copy ${table}($(cols ${table})) from stdin (format binary)"`;
  const lane = (of: number): string =>
    storedTables
      .filter((_, i) => i % 2 === of)
      .map(one)
      .join('\n');
  return `pre; ( ${lane(0)}\n) & first=$!; ( ${lane(1)}\n) & second=$!; wait $first; wait $second; post`;
}

const quotedForShell = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** `program`: of `buildRefresh`. */
export function waysOf(
  servers: Servers,
  program: string,
): Record<'plain' | 'masked' | 'proven' | 'pipe' | 'quarter' | 'narrow' | 'objects', Way> & {
  others: Way[];
  /** Greenroom, masked, in a process that keeps so much of each row. */
  keeping(bytes: number, part?: 'all' | 'objects'): Way;
} {
  const inShell = (name: string, script: string): Way => ({
    name,
    run() {
      shell(servers, script);
      return null;
    },
  });
  const greenroom = (name: string, proof: 'proven' | 'not', part = 'all', keptBytes = 0): Way => ({
    name,
    run() {
      const [from, to] = [servers.source.url('prod', 'reader'), servers.target.url('stage')];
      const args = [program, from, to, proof, part, String(keptBytes)];
      const done = spawnSync(process.execPath, args, { encoding: 'utf8' });
      if (done.status !== 0) throw new Error(`${name}: ${done.stderr}`);
      return JSON.parse(done.stdout.trim().split('\n').at(-1)!) as Told;
    },
  });
  const dump = 'pg_dump -p $SRC prod';
  return {
    plain: inShell('pg_dump | psql, unmasked', `${dump} | into`),
    masked: greenroom('Greenroom masked, two workers', 'not'),
    proven: greenroom('Greenroom masked, with the leak proof', 'proven'),
    quarter: greenroom('Greenroom masked, a quarter', 'not', 'quarter'),
    narrow: greenroom('Greenroom masked, one table of narrow rows', 'not', 'narrow'),
    objects: greenroom('Greenroom masked, large objects, with the leak proof', 'proven', 'objects'),
    keeping: (bytes, part = 'all') => greenroom('Greenroom masked, where rows are kept', 'not', part, bytes),
    pipe: inShell('raw binary COPY, two lanes, unmasked', lanes(null)),
    others: [
      inShell(
        'pg_dump | sed | psql',
        `${dump} | sed -E ${sedRules.map((rule) => `-e ${quotedForShell(rule)}`).join(' ')} | into`,
      ),
      inShell(
        'pg_dump -Fd -j2, pg_restore -j2, unmasked',
        `rm -rf dd; ${dump} -Fd -j2 -f dd; pg_restore -j2 -p $DST -d stage dd; rm -rf dd`,
      ),
      inShell(
        'masked by SQL in the source, two lanes',
        lanes((table) => maskedQueries[table] ?? maskedQueries['events']!.replace('FROM events', `FROM ${table}`)),
      ),
    ],
  };
}

/** Every row of the source and of what was brought over, to nothing, in two lanes: what a proof that reads both sides takes at least. */
export function readBoth(servers: Servers): void {
  const read = (server: string, database: string): string =>
    storedTables
      .map((table) => `psql -Xqp ${server} ${database} -c "copy ${table} to stdout (format binary)" > /dev/null`)
      .join('\n');
  shell(
    servers,
    `( ${read('$SRC', 'prod')}\n) & first=$!; ( ${read('$DST', 'stage')}\n) & second=$!; wait $first; wait $second`,
  );
}

/** Of one that may not be there. */
export function pgcopydb(servers: Servers): Way | null {
  if (spawnSync('pgcopydb', ['--version']).error !== undefined) return null;
  return {
    name: 'pgcopydb clone, unmasked',
    run() {
      const urls = `--source ${servers.source.url('prod')} --target ${servers.target.url('stage')}`;
      shell(
        servers,
        `pgcopydb clone ${urls} --table-jobs 2 --index-jobs 2 --dir ${servers.dir}/pgcopydb; rm -rf ${servers.dir}/pgcopydb`,
      );
      return null;
    },
  };
}
