// The walk of a refresh: gate, plan, load beside, verify, swap. Until the swap the target has its old data, and whatever fails leaves it so.
import type { Client } from 'pg';
import { fail, FailureError } from '../domain/failure.ts';
import type { Looked } from '../domain/refresh/changes.ts';
import { compilePlan, type PlannedTable, type Trials } from '../domain/refresh/compile.ts';
import { judgeIdentities, markerOf, refreshedComment } from '../domain/refresh/direction.ts';
import { reachingColumns } from '../domain/refresh/outbound-columns.ts';
import type { RefreshRules } from '../domain/refresh/rules.ts';
import type { SourceLimits } from '../domain/refresh/source-limits.ts';
import type { SubsetRules } from '../domain/refresh/subset.ts';
import { readScript } from '../domain/refresh/schema-script.ts';
import { columnName, type SourceTable } from '../domain/refresh/source-schema.ts';
import { requireNotAhead, requireNothingLost } from './ahead.ts';
import {
  createBeside,
  drop,
  identityOf,
  lockTarget,
  nameBeside,
  readTarget,
  sweep,
  type TargetFacts,
} from './beside.ts';
import { cutWhenAborted } from './borrowed-stream.ts';
import { connect, databaseOf, literal, openAdmin, quoted } from './connect.ts';
import type { OutboundCount } from './count-outbound.ts';
import { dumpSchema } from './dump-schema.ts';
import { findSubset, sharesOf, type FoundSubset, type SubsetShare } from './find-subset.ts';
import { deriveKeys, deriveSubsetKey } from './keys.ts';
import { oldComment, type KeepRules, type Kept } from './kept.ts';
import { requireReadable } from './large-objects.ts';
import { leftInSource, leftInTarget } from './left-behind.ts';
import { loadBeside, type LoadedTable, type LoadProgress } from './load-beside.ts';
import { withoutWords } from './lost-connection.ts';
import type { Migrate } from './migrate-beside.ts';
import type { LeakProof } from './prove.ts';
import { readSchema } from './read-schema.ts';
import { exportSnapshot } from './snapshot.ts';
import { judgeConstructs, judgeSourceRole, readIdentity } from './source-guard.ts';
import { swap } from './swap.ts';
import { tidy, type Left } from './tidy.ts';

export interface RefreshOrder {
  readonly environment: string;
  readonly sourceEnvironment: string;
  readonly sourceUrl: string;
  readonly targetUrl: string;
  readonly rules: RefreshRules;
  /** Columns and types that people looked at; null when nobody has said. */
  readonly looked: Looked | null;
  /** Null: every row. */
  readonly subset: SubsetRules | null;
  /** At least 16 bytes; null draws a key that is gone after the run. */
  readonly secret: Uint8Array | null;
  readonly workerCount: number;
  readonly limits: SourceLimits;
  /** Of the data that is replaced. */
  readonly keep: KeepRules;
  /** Greenroom has made the target itself and for this environment only: it may say so in its comment. */
  readonly isOwnTarget: boolean;
  readonly isDryRun: boolean;
  /** Look over the whole copy for originals before it is published. */
  readonly isProven: boolean;
  /** Brings the copy to the schema of the target; null: the source's schema is the target's. */
  readonly migrate: Migrate | null;
  /** Instant of ISO 8601. */
  readonly at: string;
  readonly signal: AbortSignal;
  onStation(station: Station): void;
  onProgress(progress: LoadProgress): void;
  /** Holds the lock of the environment while it swaps, and puts on record what was published. The swap happens once, however often `act` is called. */
  underLock(act: () => Promise<void>, published: Published): Promise<void>;
}

export type Station =
  | 'looking'
  | 'copying'
  | 'building'
  | 'verifying'
  | 'migrating'
  | 'proving'
  | 'swapping'
  | 'tidying';

/** What takes the place of the old data. */
export interface Published extends Pick<Refreshed, 'tables' | 'proof'> {
  /** `system identifier/oid` of the database. */
  readonly identity: string;
}

export interface Refreshed {
  readonly tables: readonly LoadedTable[];
  readonly constraintCount: number;
  /** What of each table the copy has, or would have; null when it has all. */
  readonly shares: readonly SubsetShare[] | null;
  /** Null when nobody has looked. */
  readonly proof: LeakProof | null;
  /** Settings that reach outside, by column; of a dry run without counts. */
  readonly outbound: readonly OutboundCount[];
  /** Old databases that stay, the newest first. */
  readonly kept: readonly Kept[];
  /** Old databases that should be gone and are not; the new data is published all the same. */
  readonly left: readonly Left[];
  /** What was not taken along, in words. */
  readonly notes: readonly string[];
  /** Databases that an earlier refresh had left, and that are gone now. */
  readonly swept: readonly string[];
}

export async function runRefresh(order: RefreshOrder): Promise<Refreshed> {
  const open: Client[] = [];
  const keep = async (opening: Promise<Client>): Promise<Client> => {
    const client = await opening;
    open.push(client);
    return client;
  };
  try {
    return await walk(order, keep);
  } catch (error) {
    order.signal.throwIfAborted();
    throw withoutWords(error);
  } finally {
    await Promise.all(open.map((client) => client.end().catch(() => {})));
  }
}

type Keep = (opening: Promise<Client>) => Promise<Client>;

async function walk(order: RefreshOrder, keep: Keep): Promise<Refreshed> {
  const { sourceUrl, targetUrl, signal, onStation } = order;
  onStation('looking');
  const keys = deriveKeys(order.secret);
  const target = databaseOf(targetUrl);
  const source = await keep(connect({ url: sourceUrl, what: 'the source' }, true));
  const admin = await keep(openAdmin(targetUrl));
  const facts = await readTarget(admin, target);
  const marked = await gate(order, source, admin, facts);
  await lockTarget(admin, target);
  const swept = order.isDryRun ? [] : await sweep(admin, target);
  const old = await keep(connect({ url: targetUrl, what: 'the target' }, true));
  await requireNotAhead(source, old, order.migrate !== null);
  const lost = await leftInTarget(old);
  await old.end();

  const snapshot = await exportSnapshot(source);
  const tables = await readSchema(source);
  const plan = planOf(tables, order);
  await requireReadable(source, plan);
  const reaching = reachingColumns(tables, plan);
  const subset = order.subset && (await cutWhenAborted(source, signal, openSubset(order, order.subset, source, plan)));
  const dumping = await connect({ url: sourceUrl, what: 'the source' }, true); // ended by who uses it
  const script = readScript(await dumpSchema(dumping, snapshot, signal));
  if (script === null) return fail({ code: 'GR5046', message: 'pg_dump wrote something else than a schema.' });
  const notes = [
    ...script.leftOut.map(({ type, name }) => `${type.toLowerCase()} ${name} was left out`),
    ...(await leftInSource(source)),
    ...lost,
  ];
  const loading = { order, source, snapshot, script, plan, subset, keys, reaching };
  if (order.isDryRun)
    return {
      ...{ tables: plan.map(({ name }) => ({ name, rowCount: 0 })), constraintCount: 0, proof: null, notes, swept },
      shares: subset && (await cutWhenAborted(source, signal, countShares(subset))),
      ...{ kept: [], left: [] },
      outbound: reaching.map((column) => ({ ...column, valueCount: 0, replacedCount: 0 })),
    };
  if (!markerOf(facts.comment)) await markOwn(admin, order, facts);

  const fresh = nameBeside(target);
  const oldName = nameBeside(target);
  let isSwapped = false;
  try {
    await createBeside(admin, facts, fresh);
    const loaded = await loadBeside({ ...loading, fresh, target });
    const killer = await keep(openAdmin(targetUrl));
    onStation('swapping');
    const refreshed = refreshedComment(marked.comment, order.environment, order.sourceEnvironment, order.at);
    const comments = { target: refreshed, old: oldComment(order.keep, order.at) };
    const published = { tables: loaded.tables, proof: loaded.proof, identity: await identityOf(admin, fresh) };
    await order.underLock(async () => {
      if (isSwapped) return;
      signal.throwIfAborted();
      await requireNothingLost(targetUrl, fresh);
      await swap([admin, killer], { target, fresh, old: oldName }, comments);
      isSwapped = true;
    }, published);
    onStation('tidying');
    const place = { name: target, environment: order.environment, old: oldName };
    const tidied = await tidy(admin, place, order.keep, order.at);
    return {
      tables: loaded.tables,
      constraintCount: loaded.constraintCount,
      shares: loaded.shares,
      proof: loaded.proof,
      outbound: loaded.outbound,
      ...{ kept: tidied.kept, left: tidied.left },
      notes: [...notes, ...loaded.notes, ...tidied.notes],
      swept,
    };
  } finally {
    // What cannot be removed now is removed by the next run, which knows it by its name.
    if (!isSwapped) await drop(admin, fresh).catch(() => {});
  }
}

/** What the source's role may do, and which way round the two are. Everything that stands against it at once. */
async function gate(
  order: RefreshOrder,
  source: Client,
  admin: Client,
  facts: TargetFacts,
): Promise<{ readonly comment: string }> {
  const { systemId } = await readIdentity(admin);
  const comment =
    facts.comment === null && order.isOwnTarget ? `greenroom: ${order.environment}` : (facts.comment ?? '');
  const identity = { systemId, name: facts.name, marker: markerOf(comment) };
  const failures = [
    ...(await judgeSourceRole(source)),
    ...judgeIdentities(await readIdentity(source), identity, order.environment),
    ...(await judgeConstructs(source)),
  ];
  if (failures.length > 0) throw new FailureError(...failures);
  return { comment };
}

const markOwn = (admin: Client, { environment }: RefreshOrder, { name }: TargetFacts) =>
  admin.query(`COMMENT ON DATABASE ${quoted(name)} IS ${literal(`greenroom: ${environment}`)}`);

/** Limits and checks are tried by PostgreSQL itself, with every row instead of a sample, before anything is published. */
function planOf(
  tables: readonly SourceTable[],
  { rules, looked }: Pick<RefreshOrder, 'rules' | 'looked'>,
): readonly PlannedTable[] {
  const names = tables.flatMap((table) => table.columns.map((column) => columnName(table, column)));
  const judgedByTarget: Trials = new Map(names.map((name) => [name, 'held' as const]));
  const plan = compilePlan(tables, rules, judgedByTarget, looked);
  if (!plan.ok) throw new FailureError(...plan.failures);
  return plan.value;
}

const openSubset = (order: RefreshOrder, rules: SubsetRules, source: Client, plan: readonly PlannedTable[]) =>
  findSubset(
    source,
    rules,
    plan.map(({ name }) => name),
    deriveSubsetKey(order.secret),
    order.signal,
  );

const countShares = async (subset: FoundSubset): Promise<readonly SubsetShare[]> =>
  sharesOf(subset, await subset.countKept(), await subset.countAll());
