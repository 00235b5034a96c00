// What a migration really does to a real PostgreSQL, measured plainly: this keeps the corpus honest, and knows nothing of the product.
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { statementsOf, type Case } from './corpus.ts';
import type { Expectation } from './expectation.ts';
import { outcomeOf, type Clone, type Lab } from './lab.ts';
import { columnsOf, lostData, snapshotOf } from './snapshot.ts';
import { beginWatch, type Watch } from './watch.ts';

/** The half of an expectation that a database can answer. */
export type Truth = Required<
  Pick<Expectation, 'up' | 'locks' | 'rewrites' | 'scans' | 'old' | 'back' | 'again' | 'invalid' | 'session'>
> & { readonly new: readonly string[]; readonly changedWhole: readonly string[] };

export async function truthOf(lab: Lab, migration: Case): Promise<Truth> {
  const forth = await lab.withClone((clone) => goForth(clone, migration));
  const back = forth.up === 'ends' ? await goBack(lab, migration) : 'none';
  const again = await comeAgain(lab, migration);
  return { ...forth, back, again };
}

async function goForth(clone: Clone, migration: Case): Promise<Omit<Truth, 'back' | 'again'>> {
  const { script } = migration;
  await prepare(clone, migration);
  const { login = 'unsaid' } = migration.expected.given ?? {};
  if (login !== 'unsaid') await clone.app.query(`set search_path to ${login}`);
  const rowsBefore = await answersOf(clone.app, script.old);
  const invalidOf = async () =>
    (
      await clone.observer.query(`select indexrelid::regclass::text as name from pg_index where not indisvalid`)
    ).rows.map((row: { name: string }) => row.name);
  const watch = await beginWatch(clone);
  await clone.owner.query(`set lock_timeout = '60s'`);
  const up = isApart(migration)
    ? await runApart(clone, watch, statementsOf(script.up))
    : await runWhole(clone, watch, script.up, migration.expected.runsIn !== 'none');
  if (watch.session.has('leaves-transaction-open')) await clone.owner.end(); // as its runner would
  const rowsAfter = await answersOf(clone.app, script.old);
  return {
    up,
    ...watch.seen(),
    old: rowsAfter.map((answer, index) =>
      typeof answer === 'string' ? answer : answer === rowsBefore[index] ? 'passes' : 'other-rows',
    ),
    new: (await answersOf(clone.app, script.new)).filter((answer) => typeof answer === 'string'),
    invalid: await invalidOf(),
  };
}

/** Each statement by itself; what handles transactions itself is left alone with them. */
export const isApart = ({ expected, script }: Case): boolean =>
  expected.runsIn === 'none' && !/^(?:begin|commit|rollback);/m.test(script.up);

async function prepare({ connect }: Clone, { script }: Case): Promise<void> {
  const owner = await connect('owner'); // another session, so that its counts are not the migration's
  for (const statement of statementsOf(script.before?.text ?? '')) {
    const came = await outcomeOf(owner.query(statement));
    if (came !== 'ends' && !script.before?.mayFail) throw new Error(`"before" fails with ${came}: ${statement}`);
  }
}

/** How many rows each statement answers with, or its SQLSTATE; nothing of it stays. */
async function answersOf(app: pg.Client, statements: readonly string[]): Promise<readonly (number | string)[]> {
  const answers: (number | string)[] = [];
  for (const statement of statements) {
    let rows = 0;
    await app.query('begin');
    const came = await outcomeOf(app.query(statement).then((result) => (rows = result.rowCount ?? 0)));
    await app.query('rollback');
    answers.push(came === 'ends' ? rows : came);
  }
  return answers;
}

/** The whole script as one text; its transaction is held open until another session has looked. */
async function runWhole({ owner }: Clone, watch: Watch, text: string, isWrapped: boolean): Promise<string> {
  if (isWrapped) await owner.query('begin');
  const transaction = async () => (await owner.query('select pg_current_xact_id()::text as id')).rows[0].id;
  const first = await transaction();
  await watch.begin();
  const came = await outcomeOf(owner.query(text));
  if (came !== 'ends') {
    await owner.query('rollback');
    return came;
  }
  await watch.lookAtLocks();
  await watch.lookAtFiles();
  await watch.lookAtCounts();
  const last = await transaction();
  if (isWrapped && last !== first) watch.session.add('ends-transaction');
  if (!isWrapped && last === (await transaction())) watch.session.add('leaves-transaction-open');
  if (await hasOtherTimeout(owner)) watch.session.add('sets-lock-timeout');
  return isWrapped ? outcomeOf(owner.query('commit')) : came;
}

async function hasOtherTimeout(owner: pg.Client): Promise<boolean> {
  const { rows } = await owner.query(
    `select current_setting('lock_timeout') <> '1min'
       or exists (select from pg_db_role_setting where array_to_string(setconfig, ' ') ~ 'lock_timeout') as other`,
  );
  return rows[0].other;
}

/** One statement after the other, each held open before its commit; what refuses a transaction runs against a writer's lock. */
async function runApart(clone: Clone, watch: Watch, statements: readonly string[]): Promise<string> {
  for (const statement of statements) {
    const wrapped = await runWhole(clone, watch, statement, true);
    if (wrapped === '2D000') watch.session.add('ends-transaction');
    const came = wrapped === '25001' || wrapped === '2D000' ? await runAgainstLock(clone, watch, statement) : wrapped;
    if (came !== 'ends') return came;
  }
  return 'ends';
}

/** Somebody holds ShareUpdateExclusiveLock on every table, so each stronger or equal lock is seen as it is waited for. */
async function runAgainstLock({ owner, observer, connect }: Clone, watch: Watch, statement: string): Promise<string> {
  const holder = await connect('admin');
  await holder.query('begin');
  const { rows } = await observer.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class where relkind in ('r', 'p') and relnamespace::regnamespace::text in ('public', 'billing')`,
  );
  await holder.query(`lock table ${rows.map(({ name }) => `only ${name}`).join(', ')} in share update exclusive mode`);
  const progress = { isDone: false };
  const running = outcomeOf(owner.query(statement)).finally(() => (progress.isDone = true));
  while (!progress.isDone && !(await isWaiting(observer, watch.pid))) await sleep(5);
  await watch.lookAtLocks();
  await holder.query('rollback');
  const came = await running;
  await watch.lookAtFiles();
  return came;
}

async function isWaiting(observer: pg.Client, pid: number): Promise<boolean> {
  const { rows } = await observer.query('select 1 from pg_locks where pid = $1 and not granted', [pid]);
  return rows.length > 0;
}

/** Forth, what the new version wrote, and back: `restores` if schema and data are as before. */
async function goBack(lab: Lab, migration: Case): Promise<string> {
  const { script } = migration;
  const way = script.down ?? script.forward;
  if (way === null) return 'none';
  return lab.withClone(async (clone) => {
    const { owner, app, observer } = clone;
    await prepare(clone, migration);
    const columns = await columnsOf(observer);
    const before = await snapshotOf(observer, columns);
    await runPlain(clone, migration);
    if (script.written !== null) await app.query(script.written);
    const came = await outcomeOf(owner.query(way));
    if (came !== 'ends') return came;
    if (script.down === null) {
      const broken = (await answersOf(app, script.old)).find((answer) => typeof answer === 'string');
      return broken === undefined ? 'forward' : String(broken);
    }
    const after = await snapshotOf(observer, columns);
    if (after.schema !== before.schema) return 'other-schema';
    return lostData(before, after).length > 0 && script.written === null ? 'loses' : 'restores';
  });
}

/** As the runner does it, without looking. */
async function runPlain({ owner }: Clone, migration: Case): Promise<void> {
  if (migration.expected.runsIn === 'none') {
    for (const statement of statementsOf(migration.script.up)) await owner.query(statement);
    if (!isApart(migration)) await owner.query('rollback'); // as its runner ends
  } else {
    await owner.query('begin');
    await owner.query(migration.script.up);
    await owner.query('commit');
  }
}

/** Cut off after each statement but the last and run again: the first that does not come to the same. */
async function comeAgain(lab: Lab, migration: Case): Promise<string> {
  const statements = statementsOf(migration.script.up);
  if (!isApart(migration) || statements.length === 1) return 'same';
  const runThrough = (cut: number) =>
    lab.withClone(async (clone) => {
      const { owner, observer } = clone;
      await prepare(clone, migration);
      const columns = await columnsOf(observer);
      const run = async (some: readonly string[]) => {
        for (const statement of some) {
          const came = await outcomeOf(owner.query(statement));
          if (came !== 'ends') return came;
        }
        return 'ends';
      };
      await run(statements.slice(0, cut));
      const came = await run(statements);
      return came === 'ends' ? snapshotOf(observer, columns) : came;
    });
  const once = await runThrough(0);
  for (let cut = 1; cut < statements.length; cut += 1) {
    const twice = await runThrough(cut);
    if (typeof twice === 'string') return twice;
    if (typeof once === 'string' || twice.schema !== once.schema || lostData(once, twice).length > 0)
      return 'other-data';
  }
  return 'same';
}
