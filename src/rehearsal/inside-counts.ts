// What only the migrator's own session sees before it commits: new files, what it read and what it changed.
import type { RowLocks } from '../domain/rehearsal/facts.ts';
import { lockModes, type LockMode } from '../domain/rehearsal/lock-mode.ts';
import { insideQuery, readInside, type Inside, type Relation } from './relations.ts';
import type { Migrator } from './watcher.ts';

export interface InsideSeen {
  readonly rewrites: readonly string[];
  readonly scans: readonly string[];
  readonly changedWhole: readonly string[];
  readonly rowLocks: readonly RowLocks[];
}

export interface InsideCounts {
  /** Counts of a session go on from one transaction to the next, so each is counted from here. */
  begin(migrator: Migrator): Promise<void>;
  /** Since the last look. Only while the transaction is open. */
  look(migrator: Migrator, lockOf: (oid: number) => LockMode | null): Promise<InsideSeen>;
  settle(): void;
}

/** A read counts with a lock from ShareLock on, and on a table that holds something; what was emptied was not rewritten. Of a materialized view only the new file counts: nobody writes to it. */
export function insideCounts(
  relations: readonly Relation[],
  rows: ReadonlyMap<string, number>,
  files: Map<number, string | null>,
): InsideCounts {
  const nameOf = new Map(relations.map(({ oid, name }) => [oid, name]));
  const tables = new Set(relations.filter(({ kind }) => kind === 'r').map(({ oid }) => oid));
  let start: ReadonlyMap<number, Inside> | null = null;
  let last = new Map<number, Inside>();
  let toldWhole = new Set<number>();
  const ask = async (migrator: Migrator) =>
    new Map(
      readInside(await migrator.ask(insideQuery))
        .filter(({ oid }) => nameOf.has(oid))
        .map((each) => [each.oid, each]),
    );
  const names = (oids: readonly number[]) => oids.map((oid) => nameOf.get(oid)!);
  return {
    begin: async (migrator) => {
      if (start !== null) return;
      start = last = await ask(migrator);
      toldWhole = new Set();
    },
    look: async (migrator, lockOf) => {
      const now = await ask(migrator);
      const found = { rewrites: [] as number[], scans: [] as number[], changedWhole: [] as number[] };
      const rowLocks: RowLocks[] = [];
      for (const [oid, { file, isFull, scans, changed }] of now) {
        if (isFull && file !== files.get(oid)) found.rewrites.push(oid);
        files.set(oid, file);
        const mode = lockOf(oid);
        const isStrong = mode !== null && lockModes.indexOf(mode) >= lockModes.indexOf('ShareLock');
        if (isFull && isStrong && tables.has(oid) && scans > (last.get(oid)?.scans ?? 0)) found.scans.push(oid);
        const own = changed - (start?.get(oid)?.changed ?? 0);
        const of = rows.get(nameOf.get(oid)!) ?? 0;
        if (own > 0 && tables.has(oid)) rowLocks.push({ relation: nameOf.get(oid)!, rows: own, of });
        if (toldWhole.has(oid) || own <= 0 || own < of) continue;
        toldWhole.add(oid);
        found.changedWhole.push(oid);
      }
      last = now;
      return {
        ...{ rewrites: names(found.rewrites), scans: names(found.scans) },
        changedWhole: names(found.changedWhole),
        rowLocks,
      };
    },
    settle: () => {
      start = null;
    },
  };
}
