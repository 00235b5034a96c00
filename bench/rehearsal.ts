/**
 * The corpus of migrations, each through the whole rehearsal on a real PostgreSQL: how many of the bad ones are caught, with the reason and the
 * locks that the corpus has, how many safe ones are refused, and what is left behind. `--rounds=1/4`: a quarter of them. Beside it what a rehearsal costs, and what is left of one that was killed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { stops } from '../src/domain/rehearsal/reason.ts';
import { joinPostgres } from '../src/embedded/postgres.ts';
import { wrongIn } from '../test/migrations/answers.ts';
import { corpus, type Case } from '../test/migrations/corpus.ts';
import { openLab } from '../test/migrations/lab.ts';
import { rehearsed } from '../test/migrations/rehearsed.ts';
import { costRows } from './rehearsal-cost.ts';
import { killRows } from './rehearsal-kills.ts';
import type { BenchRow, Share } from './row.ts';

export const isShared = true;
export const parts = ['corpus', 'cost', 'kills'];

interface Answer {
  readonly migration: Case;
  readonly wrong: readonly string[];
  readonly isStopped: boolean;
  readonly runs: number;
}

export async function benchRehearsal(wanted: readonly string[] = parts, share?: Share): Promise<BenchRow[]> {
  const homeDir = mkdtempSync(path.join(tmpdir(), 'greenroom-bench-rehearsal-'));
  const postgres = await joinPostgres({ homeDir, label: 'bench rehearsal' });
  try {
    return [
      ...(wanted.includes('corpus') ? await corpusRows(postgres.adminUrl, share) : []),
      ...(wanted.includes('cost') ? await costRows(postgres.adminUrl, row) : []),
      ...(wanted.includes('kills') ? await killRows(row) : []),
    ];
  } finally {
    await postgres.leave();
    rmSync(homeDir, { recursive: true, force: true });
  }
}

async function corpusRows(adminUrl: string, share: Share | undefined): Promise<BenchRow[]> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  const lab = await openLab(adminUrl);
  const answers: Answer[] = [];
  for (const migration of corpus().filter((_, index) => isOurs(index, share)))
    answers.push(await answerOf(adminUrl, migration));
  const { rows } = await admin.query(
    `select datname from pg_database where datname ~ '^(greenroom_rehearsal|copy)_' union all
     select rolname from pg_roles where rolname ~ '^greenroom_rehearsal' union all select slot_name from pg_replication_slots`,
  );
  await lab.close();
  await admin.end();
  return rowsOf(answers, rows.length);
}

const isOurs = (index: number, share: Share | undefined): boolean =>
  share === undefined || index % share.of === share.number - 1;

async function answerOf(adminUrl: string, migration: Case): Promise<Answer> {
  const answer = await rehearsed(adminUrl, migration);
  const wrong = wrongIn(migration, answer, true);
  if (wrong.length > 0) console.log(`  ${migration.file}: ${wrong.join('; ')}`);
  const isStopped = answer.judgement.findings.some(({ reason }) => stops(reason));
  return { migration, wrong, isStopped, runs: answer.rehearsal.runs };
}

function rowsOf(answers: readonly Answer[], leftCount: number): BenchRow[] {
  const bad = answers.filter(({ migration }) => migration.kind === 'bad');
  const safe = answers.filter(({ migration }) => migration.kind === 'safe');
  const caught = bad.filter(({ wrong }) => !wrong.some((each) => /does not say|decides/.test(each)));
  const measured = answers.filter(({ wrong }) => !wrong.some((each) => /^(?:locks|rewrites|scans|ends)/.test(each)));
  const refused = safe.filter(({ isStopped }) => isStopped);
  const runs = answers.reduce((sum, each) => sum + each.runs, 0);
  return [
    row(
      'bad migrations caught, with decision and reason',
      share(caught, bad),
      '%',
      '100',
      caught.length === bad.length,
    ),
    row(
      'locks, rewrites, reads and end as in the corpus',
      share(measured, answers),
      '%',
      '100',
      measured.length === answers.length,
    ),
    row('safe migrations refused', refused.length, `of ${safe.length}`, '<= 2', refused.length <= 2),
    row('runs of a migration', runs, 'runs', 'reported', true),
    row('databases, roles and slots left behind', leftCount, '', '0', leftCount === 0),
    ...squawkRows({ bad: share(caught, bad), safe: share(refused, safe) }),
  ];
}

const share = (some: readonly unknown[], all: readonly unknown[]): number =>
  all.length === 0 ? 0 : (100 * some.length) / all.length;

const squawk = path.join(import.meta.dirname, '../node_modules/.bin/squawk');
/** Its rules that ask for timeouts of the session; where the migrate command is Greenroom's to run, it sets them. */
const timeouts = 'require-lock-timeout,require-statement-timeout';

/** The same migrations read by squawk alone; each run whole by itself. */
function squawkRows(own: Reach): BenchRow[] {
  const { status, stdout } = spawnSync(squawk, ['--version'], { encoding: 'utf8' });
  if (status !== 0) return [row('squawk beside: not installed', 0, '', 'measured', false)];
  const told = (title: string, more: readonly string[]) => {
    const { bad, safe } = reachOf((script) => spawnSync(squawk, more, { input: script }).status !== 0);
    const points = own.bad - own.safe - (bad - safe);
    return [
      row(`${stdout.trim()} alone${title}: warns of the bad`, bad, '%', 'reported', true),
      row(`${stdout.trim()} alone${title}: warns of the safe`, safe, '%', 'reported', true),
      row(`Greenroom ahead of it${title}`, points, 'points', '> 0', points > 0),
    ];
  };
  return [...told('', assumed), ...told(' without its rules of timeouts', [...assumed, '--exclude', timeouts])];
}

const assumed = ['--assume-in-transaction'];

/** Of the bad and of the safe, in percent. */
interface Reach {
  readonly bad: number;
  readonly safe: number;
}

function reachOf(isMet: (script: string) => boolean): Reach {
  const of = (kind: Case['kind']): number => {
    const all = corpus().filter((each) => each.kind === kind);
    return share(
      all.filter(({ script }) => isMet(script.up)),
      all,
    );
  };
  return { bad: of('bad'), safe: of('safe') };
}

function row(measure: string, value: number, unit: string, bar: string, holds: boolean): BenchRow {
  return { bench: 'rehearsal', measure, value, unit, bar, holds, control: false };
}
