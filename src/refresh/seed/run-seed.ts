// The walk of a seeding: gate, plan, fill, verify, publish. All of it is one transaction of the target: whatever fails or is killed leaves the tables empty.
import type { Client } from 'pg';
import { fail, FailureError } from '../../domain/failure.ts';
import { judgeMarker, markerOf, seededComment } from '../../domain/refresh/direction.ts';
import { planSeed, type PlannedSeed, type SeedWish } from '../../domain/seed/plan-seed.ts';
import { foreseenRows } from '../../domain/seed/other-rows.ts';
import { openRows, type OpenRows } from '../../domain/seed/rows.ts';
import { openSequences, type Sequences } from '../../domain/seed/sequences.ts';
import type { SeedTable } from '../../domain/seed/seed-schema.ts';
import { identityOf, lockTarget } from '../beside.ts';
import { connect, databaseOf, literal, openAdmin, quoted } from '../connect.ts';
import { chooseValues } from './choose-values.ts';
import { fillTable } from './fill-table.ts';
import { readSeedSchema } from './read-seed-schema.ts';
import { refusedRows } from './refused-rows.ts';
import { readKept } from './read-kept.ts';
import { deferCircles, holdTriggers, lock } from './step-aside.ts';

export interface SeedOrder {
  readonly environment: string;
  readonly targetUrl: string;
  /** Greenroom has made the target itself and for this environment only: it may say so in its comment. */
  readonly isOwnTarget: boolean;
  readonly seed: number;
  readonly wish: SeedWish;
  /** No instant in the rows is later. */
  readonly untilAt: number;
  readonly isDryRun: boolean;
  /** Instant of ISO 8601. */
  readonly at: string;
  readonly signal: AbortSignal;
  onStation(station: SeedStation): void;
  onProgress(progress: SeedProgress): void;
  /** Holds the lock of the environment while it is published, and puts on record what was. It happens once, however often `act` is called. */
  underLock(act: () => Promise<void>, published: SeedPublished): Promise<void>;
}

export type SeedStation = 'looking' | 'filling' | 'verifying' | 'publishing';

export interface SeedProgress {
  readonly table: string;
  readonly rowCount: number;
  readonly totalCount: number;
}

export interface SeededTable {
  readonly name: string;
  readonly rowCount: number;
  readonly standing: PlannedSeed['standing'];
}

export interface SeedPublished {
  /** `system identifier/oid` of the database. */
  readonly identity: string;
  readonly tables: readonly SeededTable[];
}

export interface Seeded {
  readonly tables: readonly SeededTable[];
  /** What was not done, in words. */
  readonly notes: readonly string[];
  /** From the first row to the last one. */
  readonly filledMs: number;
}

/** The database as its server knows it. */
interface Facts {
  readonly name: string;
  readonly comment: string | null;
}

export async function runSeed(order: SeedOrder): Promise<Seeded> {
  const { targetUrl, signal } = order;
  const door = { url: targetUrl, what: 'the target' };
  const admin = await openAdmin(targetUrl);
  let client: Client | null = null;
  const leave = (): void => void client?.end().catch(() => {});
  try {
    const facts = await gate(order, admin);
    await lockTarget(admin, facts.name);
    client = await connect(door, false);
    signal.addEventListener('abort', leave);
    await client.query('BEGIN');
    return await walk(order, client, facts);
  } catch (error) {
    signal.throwIfAborted();
    throw refusedRows(error, databaseOf(targetUrl));
  } finally {
    signal.removeEventListener('abort', leave);
    // What was not committed is rolled back with its connection.
    await client?.end().catch(() => {});
    await admin.end().catch(() => {});
  }
}

/** The target's own word that it is this environment's, and that the role may say what was done to it. */
async function gate({ environment, targetUrl, isOwnTarget }: SeedOrder, admin: Client): Promise<Facts> {
  const name = databaseOf(targetUrl);
  const { rows } = await admin.query<Facts & { role: string; isOwner: boolean }>(
    `SELECT datname AS name, shobj_description(oid, 'pg_database') AS comment, current_user AS role, pg_has_role(datdba, 'USAGE') AS "isOwner"
     FROM pg_database WHERE datname = $1`,
    [name],
  );
  const [facts] = rows;
  if (!facts)
    return fail({
      code: 'GR5172',
      message: `There is no database ${name} at the target.`,
      where: name,
      do: 'Deploy to the environment first, or look at the address.',
    });
  const marker = facts.comment === null && isOwnTarget ? environment : markerOf(facts.comment);
  const failures = [...judgeMarker({ name, marker }, environment)];
  if (!facts.isOwner)
    failures.push({
      code: 'GR5172',
      message: `The role ${facts.role} does not own ${name}, so it cannot put down there that its rows were made up.`,
      where: name,
      do: `Make it the owner:  ALTER DATABASE ${quoted(name)} OWNER TO ${quoted(facts.role)};`,
    });
  if (failures.length > 0) throw new FailureError(...failures);
  return facts;
}

async function walk(order: SeedOrder, client: Client, facts: Facts): Promise<Seeded> {
  const { wish, signal, onStation } = order;
  onStation('looking');
  await client.query(
    "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL lock_timeout = '10s'",
  );
  await client.query(
    "SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL IntervalStyle = 'postgres'",
  );
  const { tables, left } = await readSeedSchema(client);
  requireEmpty(tables, wish, facts.name);
  const plan = planSeed(tables, wish);
  const told = plan.map(({ table, count, standing }) => ({ name: table.name, rowCount: count, standing }));
  const notes = [
    ...plan.flatMap(({ table, count, limitedBy }) =>
      limitedBy === null ? [] : [`${table.name} gets ${count} rows: "${limitedBy}" has no room for more`],
    ),
    ...left.map((name) => `${name} says which migrations ran, and is left as it is`),
  ];
  if (order.isDryRun) return { tables: told, notes, filledMs: 0 };

  const made = plan.filter(({ standing }) => standing !== 'kept');
  await lock(client, made);
  const triggers = await holdTriggers(client, made);
  const circles = await deferCircles(client, plan);
  onStation('filling');
  const beganAt = performance.now();
  const sequences = await fill(order, client, plan);
  const filledMs = Math.round(performance.now() - beganAt);

  onStation('verifying');
  await client.query('SET CONSTRAINTS ALL IMMEDIATE');
  await circles.restore();
  await triggers.restore();
  for (const [name, next] of sequences.next()) await client.query(`ALTER SEQUENCE ${name} RESTART WITH ${next}`);
  await client.query('ANALYZE');
  onStation('publishing');
  await client.query(
    `COMMENT ON DATABASE ${quoted(facts.name)} IS ${literal(seededComment(facts.comment, order.environment, order.at))}`,
  );
  let isPublished = false;
  await order.underLock(
    async () => {
      if (isPublished) return;
      signal.throwIfAborted();
      await client.query('COMMIT');
      isPublished = true;
    },
    { identity: await identityOf(client, facts.name), tables: told },
  );
  return { tables: told, notes: [...notes, ...triggers.notes], filledMs };
}

/** What a table is referred to by. */
const referredOf = (plan: readonly PlannedSeed[], name: string): ReadonlySet<string> =>
  new Set(
    plan.flatMap(({ table }) =>
      table.references.flatMap(({ parent, columns }) => (parent === name ? columns.map((each) => each.parent) : [])),
    ),
  );

async function fill(order: SeedOrder, client: Client, plan: readonly PlannedSeed[]): Promise<Sequences> {
  const { seed, untilAt, signal, onProgress } = order;
  const sequences = openSequences();
  const open = new Map<string, OpenRows>();
  const totalCount = plan.reduce((sum, { count, standing }) => sum + (standing === 'kept' ? 0 : count), 0);
  let before = 0;
  for (const planned of plan) {
    const { table, count, standing } = planned;
    const referred = referredOf(plan, table.name);
    if (standing === 'kept') {
      open.set(table.name, await readKept(client, table, referred));
      continue;
    }
    const opening = { planned, seed, untilAt, counted: sequences.counted(planned) };
    const parents = (name: string): OpenRows | null => {
      const later = plan.find((each) => each.table.name === name);
      if (open.has(name) || !later) return open.get(name) ?? null;
      return foreseenRows({ ...opening, planned: later, counted: sequences.counted(later) });
    };
    const chosen = await chooseValues(client, planned, seed, untilAt);
    const rows = openRows({ ...opening, chosen, referred, parents });
    open.set(table.name, rows);
    const done = before;
    const onRow = (rowCount: number): void => onProgress({ table: table.name, rowCount: done + rowCount, totalCount });
    await fillTable({ client, table, rows, signal, onRow });
    before += count;
  }
  return sequences;
}

/** `GR5171` names every table that has rows and is not said to keep them. */
function requireEmpty(tables: readonly SeedTable[], wish: SeedWish, database: string): void {
  const filled = tables.filter(({ name, rowCount }) => rowCount > 0 && wish.tables[name] !== 'keep');
  if (filled.length === 0) return;
  const told = filled.slice(0, 5).map(({ name, rowCount }) => `${name} (${rowCount})`);
  const more = filled.length > told.length ? ` and ${filled.length - told.length} more` : '';
  fail({
    code: 'GR5171',
    message: `${database} holds rows already: ${told.join(', ')}${more}. Only empty tables are filled.`,
    where: filled[0]!.name,
    do: 'Name tables whose rows stay and may be referred to under "keep" in seed.yaml, or begin with a new database.',
  });
}
