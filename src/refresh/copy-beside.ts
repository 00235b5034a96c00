// Rows, and then the large objects that they refer to, over the threads and under the limits of the source.
import type { Client } from 'pg';
import { cutIntoPieces, wholePieces } from '../domain/refresh/pieces.ts';
import { readTextColumns } from './carry-as-text.ts';
import { copyAll } from './copy-all.ts';
import type { PartOrder, PieceOrder } from './copy-exchange.ts';
import { sharesOf, subsetSettings, type SubsetShare } from './find-subset.ts';
import { readNames, type KnownName } from './known-names.ts';
import { findObjects, requireWhole, storedBytes, type FoundObjects } from './large-objects.ts';
import type { LastingCopied } from './lasting-copy.ts';
import type { Loading } from './load-beside.ts';
import { selectedAs } from './outbound-sql.ts';
import { programOf } from './program-of.ts';
import { canSplit, readStorage } from './read-storage.ts';
import { throttled } from './throttle.ts';

export interface Copied {
  /** Rows by table, as source, kernel and target have counted them. */
  readonly counted: ReadonlyMap<string, number>;
  readonly shares: readonly SubsetShare[] | null;
  readonly objects: FoundObjects;
  /** Tables that connections were lost in the middle of. */
  readonly again: readonly string[];
}

const OBJECTS = 'the large objects';

/** `fresh`: a connection to the database beside that has no transaction. */
export async function copyBeside(loading: Loading, fresh: Client): Promise<Copied> {
  const { order, source, plan, subset } = loading;
  const orders = await ordersOf(loading);
  const objectBytes = await storedBytes(source, plan);
  const totalBytes = orders.reduce((sum, { piece }) => sum + piece.sizeBytes, objectBytes);
  const counted = new Map<string, number>();
  const again = new Set<string>();
  let [doneBytes, rowCount] = [0, 0];
  const tell = (table: string, sizeBytes: number, { againCount }: LastingCopied): void => {
    if (againCount > 0) again.add(table);
    doneBytes += sizeBytes;
    order.onProgress({ doneBytes, totalBytes, rowCount, table });
  };
  const copying = carry(loading, orders, await readNames(source, plan), ({ piece: { table, sizeBytes } }, copied) => {
    counted.set(table, (counted.get(table) ?? 0) + copied.rowCount);
    rowCount += copied.rowCount;
    tell(table, sizeBytes, copied);
  });
  // The source's own connection has nothing to do meanwhile.
  const [, all] = await Promise.all([copying, subset?.countAll()]);
  const shares = subset && sharesOf(subset, counted, all!);
  const objects = await findObjects({ source, fresh, plan });
  const shareOf = (sizeBytes: number): number => (objectBytes * sizeBytes) / Math.max(objects.sizeBytes, 1);
  await carry(loading, objects.orders, [], ({ sizeBytes }, copied) => tell(OBJECTS, shareOf(sizeBytes), copied));
  await requireWhole(fresh, objects);
  return { counted, shares, objects, again: [...again] };
}

function carry<Part extends PartOrder>(
  { order, snapshot, keys, subset, fresh: database }: Loading,
  parts: readonly Part[],
  names: readonly KnownName[],
  onCopied: (part: Part, copied: LastingCopied) => void,
): Promise<void> {
  const { sourceUrl, targetUrl } = order;
  const workerCount = Math.min(order.workerCount, parts.length);
  const ofSubset = subset === null ? [] : subsetSettings;
  if (workerCount === 0) return Promise.resolve();
  return throttled({ ...order, workerCount }, ({ signal, sourceSettings, ...pace }) =>
    copyAll(
      {
        ...{ sourceUrl, targetUrl, database, snapshot, keys, names, ...pace },
        sourceSettings: [...ofSubset, ...sourceSettings],
      },
      ...([parts, workerCount, signal, onCopied] as const),
    ),
  );
}

/** The largest first. */
async function ordersOf({ source, plan, subset }: Loading): Promise<readonly PieceOrder[]> {
  const byName = new Map(plan.map((table) => [table.name, table]));
  const stored = await readStorage(source, new Set(byName.keys()));
  const namesOf = (table: string): readonly string[] => byName.get(table)!.columns.map(({ name }) => name);
  const asText = await readTextColumns(source);
  const queries = new Map(plan.map(({ name }) => [name, subset?.rowsOf(name, namesOf(name)) ?? null]));
  const isWhole = ({ table }: { readonly table: string }): boolean => queries.get(table) === null;
  const pieces = [
    ...wholePieces(stored.filter((each) => !isWhole(each))),
    ...cutIntoPieces(stored.filter(isWhole), await canSplit(source)),
  ];
  return pieces
    .toSorted((a, b) => b.sizeBytes - a.sizeBytes)
    .map((piece) => {
      const program = byName.get(piece.table)!.columns.map(programOf);
      const { columns: planned } = byName.get(piece.table)!;
      const columns = namesOf(piece.table);
      const textual = asText.get(piece.table);
      return {
        ...{
          kind: 'rows',
          piece,
          columns,
          selected: planned.map(selectedAs),
          program,
          rows: queries.get(piece.table)!,
        },
        asText: columns.filter((name) => textual?.has(name)),
      };
    });
}
