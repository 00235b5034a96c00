// Schema, rows and what is built over them, into the database beside; then what PostgreSQL finds there.
import type { Client } from 'pg';
import type { PlannedTable } from '../domain/refresh/compile.ts';
import type { ReachingColumn } from '../domain/refresh/outbound-columns.ts';
import type { SourceLimits } from '../domain/refresh/source-limits.ts';
import type { SchemaScript } from '../domain/refresh/schema-script.ts';
import type { Keys } from '../kernel/kernel.ts';
import { afterRows, beforeRows, finishSchema, prepareSession, secureRows } from './apply-schema.ts';
import { holdAutovacuum } from './autovacuum.ts';
import { cut } from './borrowed-stream.ts';
import { connect, connectAll } from './connect.ts';
import { copyBeside } from './copy-beside.ts';
import { countOutbound } from './count-outbound.ts';
import { carrySettings } from './database-settings.ts';
import type { FoundSubset } from './find-subset.ts';
import { notesOn } from './large-objects.ts';
import { analyse, countRows } from './look-after.ts';
import { migrateBeside, type Migrate } from './migrate-beside.ts';
import { openHands } from './prove-hands.ts';
import { openOriginalSet } from './original-set.ts';
import { proveNoLeak, type GatheredBefore } from './prove.ts';
import { fillViews, readSequences, setSequences } from './read-storage.ts';
import type { Station } from './run-refresh.ts';

export interface LoadedTable {
  readonly name: string;
  readonly rowCount: number;
}

/** Sizes are those of the tables on the source's disk. */
export interface LoadProgress {
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly rowCount: number;
  /** The table that a piece was copied of last. */
  readonly table: string;
}

export interface LoadOrder {
  readonly sourceUrl: string;
  readonly targetUrl: string;
  readonly workerCount: number;
  readonly limits: SourceLimits;
  /** Look over the whole copy for originals. */
  readonly isProven: boolean;
  readonly migrate: Migrate | null;
  readonly signal: AbortSignal;
  onStation(station: Station): void;
  onProgress(progress: LoadProgress): void;
}

export interface Loading {
  readonly order: LoadOrder;
  /** In the transaction of the snapshot. */
  readonly source: Client;
  readonly snapshot: string;
  readonly script: SchemaScript;
  readonly plan: readonly PlannedTable[];
  /** Null: every row. */
  readonly subset: FoundSubset | null;
  readonly keys: Keys;
  readonly reaching: readonly ReachingColumn[];
  readonly fresh: string;
  readonly target: string;
}

export async function loadBeside(loading: Loading) {
  const { order, source, script, plan, fresh, target } = loading;
  const open = () => connect({ url: order.targetUrl, what: 'the target' }, false, fresh);
  const builders = await connectAll(order.workerCount, open);
  // An index may take long: whoever is not waited for any more is hung up on.
  const abort = (): void => builders.forEach(cut);
  order.signal.addEventListener('abort', abort, { once: true });
  try {
    const [first] = builders as [Client];
    for (const builder of builders) await prepareSession(builder, script);
    await beforeRows(first, script);
    const giveAutovacuum = await holdAutovacuum(first);
    order.onStation('copying');
    const originals = order.isProven ? openOriginalSet(loading.keys.leak) : null;
    const { counted, shares, again, objects, hasGathered } = await copyBeside(loading, first, originals);
    order.onStation('building');
    await setSequences(first, await readSequences(source));
    await afterRows(builders, script, order.signal);
    // Before the triggers of events that are theirs, and whatever their migrations say of it.
    await giveAutovacuum();
    await finishSchema(first, script, order.signal);
    await fillViews(source, first);
    order.onStation('verifying');
    const tables = plan.map(({ name }) => ({ name, rowCount: counted.get(name) ?? 0 }));
    await countRows(builders, tables);
    const outbound = await countOutbound(first, loading.reaching);
    if (order.migrate !== null) {
      order.onStation('migrating');
      await migrateBeside(first, order.migrate, { targetUrl: order.targetUrl, target, fresh });
    }
    if (order.isProven) order.onStation('proving');
    const proof = originals && (await prove(loading, first, { originals, has: hasGathered }));
    await analyse(builders);
    await secureRows(first, script, order.signal);
    const left = await carrySettings(first, target, fresh);
    return {
      ...{ tables, shares, proof, outbound },
      constraintCount: script.indexes.length + script.references.length,
      notes: [
        ...again.map((table) => `a connection was lost in the middle of ${table}; that part was copied again`),
        ...notesOn(objects, order.isProven),
        ...left.map((what) => `${what} could not be carried over`),
      ],
    };
  } finally {
    order.signal.removeEventListener('abort', abort);
    await Promise.all(builders.map((client) => client.end().catch(() => {})));
  }
}

async function prove(
  { order, source, snapshot, plan, keys, fresh: database }: Loading,
  fresh: Client,
  gathered: GatheredBefore,
) {
  const { sourceUrl, targetUrl, workerCount, signal } = order;
  const hands = openHands({ sourceUrl, targetUrl, database, snapshot, keys }, workerCount, signal);
  try {
    return await proveNoLeak({ source, fresh, plan, keys, signal, hands, gathered });
  } finally {
    await Promise.all(hands.map((hand) => hand.close()));
  }
}
