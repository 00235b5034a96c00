import { sql } from 'kysely';
import type { Lease } from '../kinds/lease.ts';
import type { NodeProcess } from './schema.ts';
import type { Rows, RowsInTransaction, Store } from './store.ts';

/** Holds the node's life until the transaction ends: it cannot be declared dead meanwhile. False when it has been. */
export async function mayAct(rows: RowsInTransaction, node: string): Promise<boolean> {
  const living = await rows
    .selectFrom('node')
    .select('id')
    .where('id', '=', node)
    .where('dead', '=', false)
    .forShare()
    .executeTakeFirst();
  return living !== undefined;
}

/** Whether a node has beaten in the last `silentMs`, by the database's clock, and was not declared dead: for those who only look. */
export async function livesNow(rows: Rows, node: string, silentMs: number): Promise<boolean> {
  const living = await rows
    .selectFrom('node')
    .select('id')
    .where('id', '=', node)
    .where('dead', '=', false)
    .where('beat_at', '>', sql<Date>`now() - ${silentMs} * interval '1 millisecond'`)
    .executeTakeFirst();
  return living !== undefined;
}

export interface LeaseOptions {
  readonly node: string;
  readonly process: NodeProcess;
  readonly ttlMs: number;
  /** Whether a process of this host still runs. */
  readonly isAlive: (process: NodeProcess) => boolean;
}

export function openLease(store: Store, { node, process, ttlMs, isAlive }: LeaseOptions): Lease {
  return {
    node,
    ttlMs,
    async join() {
      await store.change((rows) =>
        rows
          .insertInto('node')
          .values({ id: node, process: JSON.stringify(process) })
          // Ours already when the answer to the first try was lost: no two nodes take the same id.
          .onConflict((conflict) => conflict.doNothing())
          .execute(),
      );
    },
    async beat() {
      // Tried again while the database is away: nobody can be declared dead there meanwhile.
      return store.change(async (rows) => {
        const beaten = await rows
          .updateTable('node')
          .set({ beat_at: sql`now()` })
          .where('id', '=', node)
          .where('dead', '=', false)
          .executeTakeFirst();
        return beaten.numUpdatedRows > 0n;
      });
    },
    async reap(who) {
      const others = await store.rows
        .selectFrom('node')
        .select(['id', 'process'])
        .where('dead', '=', false)
        .where('id', '<>', node)
        .execute();
      const gone = others
        .filter((other) => other.process.host === process.host && !isAlive(other.process))
        .map((other) => other.id);
      await store.rows
        .updateTable('node')
        .set({ dead: true })
        .where('dead', '=', false)
        .where((where) =>
          where.or([
            ...(who === 'silent'
              ? [where('beat_at', '<', sql<Date>`now() - ${ttlMs} * interval '1 millisecond'`)]
              : []),
            where('id', 'in', [...gone, '']),
          ]),
        )
        .execute();
      await store.rows
        .deleteFrom('node')
        .where('dead', '=', true)
        .where('beat_at', '<', sql<Date>`now() - interval '1 day'`)
        .execute();
    },
    async living() {
      const rows = await store.rows.selectFrom('node').select('id').where('dead', '=', false).execute();
      return rows.map((row) => row.id);
    },
    async leave(manner = 'in-order') {
      await store.change(async (rows) => {
        await rows.updateTable('node').set({ dead: true }).where('id', '=', node).execute();
        // What is handed back in order has killed nobody; what broke this process counts as if it had.
        if (manner === 'in-order') await rows.deleteFrom('attempt').where('node', '=', node).execute();
      });
    },
  };
}
