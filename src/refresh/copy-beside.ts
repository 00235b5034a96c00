// Rows, and then the large objects that they refer to, over the threads and under the limits of the source.
import type { Client } from 'pg';
import { holdsOriginals } from '../domain/refresh/classified.ts';
import type { PlannedColumn } from '../domain/refresh/compile.ts';
import { cutIntoPieces, isWhole, wholeBytesOf, wholePieces } from '../domain/refresh/pieces.ts';
import { compiledKernel } from './compiled-kernel.ts';
import { quoted } from './connect.ts';
import { readTextColumns } from './carry-as-text.ts';
import { copyAll, type CopyListener } from './copy-all.ts';
import type { ObjectsOrder, PartOrder, PieceOrder } from './copy-exchange.ts';
import { sharesOf, subsetSettings, type SubsetShare } from './find-subset.ts';
import { readNames, type KnownName } from './known-names.ts';
import { openProgress, type Share } from './copy-progress.ts';
import { findObjects, requireWhole, storedBytes, type FoundObjects } from './large-objects.ts';
import type { Loading } from './load-beside.ts';
import { selectedAs } from './outbound-sql.ts';
import { gatheringOf } from './look-at.ts';
import type { OriginalSet } from './original-set.ts';
import { programOf } from './program-of.ts';
import { canSplit, goesTo, readStorage } from './read-storage.ts';
import { throttled } from './throttle.ts';

export interface Copied {
  /** Rows by table, as source, kernel and target have counted them. */
  readonly counted: ReadonlyMap<string, number>;
  readonly shares: readonly SubsetShare[] | null;
  readonly objects: FoundObjects;
  /** Tables that connections were lost in the middle of. */
  readonly again: readonly string[];
  /** Whether the originals of a column were gathered on the way. */
  hasGathered(table: string, column: PlannedColumn): boolean;
}

const OBJECTS = 'the large objects';

/** `fresh`: a connection to the database beside that has no transaction. `originals`: what rows hold of people as they come, where a proof needs it. */
export async function copyBeside(loading: Loading, fresh: Client, originals: OriginalSet | null): Promise<Copied> {
  const { order, source, plan, subset } = loading;
  const isGathered = originals !== null && compiledKernel() !== null;
  const orders = await ordersOf(loading, isGathered);
  const objectBytes = await storedBytes(source, plan);
  const totalBytes = orders.reduce((sum, { piece }) => sum + piece.sizeBytes, objectBytes);
  const progress = openProgress(totalBytes, order.onProgress);
  const counted = new Map<string, number>();
  const again = new Set<string>();
  const copying = carry(loading, orders, await readNames(source, plan), {
    onPassed: (part, byteCount) => progress.passed(part, part.piece, byteCount),
    onGathered: (gathered) => originals!.join(gathered),
    onCopied(part, { rowCount, againCount }) {
      const { table } = part.piece;
      counted.set(table, (counted.get(table) ?? 0) + rowCount);
      if (againCount > 0) again.add(table);
      progress.copied(part, part.piece, rowCount);
    },
  });
  // The source's own connection has nothing to do meanwhile.
  const [, all] = await Promise.all([copying, subset?.countAll()]);
  const shares = subset && sharesOf(subset, counted, all!);
  const objects = await findObjects({ source, fresh, plan });
  const stored = objectBytes / Math.max(objects.sizeBytes, 1);
  const shareOf = ({ sizeBytes }: ObjectsOrder): Share => ({ table: OBJECTS, sizeBytes: sizeBytes * stored });
  await carry(loading, objects.orders, [], {
    onPassed: (part, byteCount) => progress.passed(part, shareOf(part), byteCount * stored),
    onCopied(part, { againCount }) {
      if (againCount > 0) again.add(OBJECTS);
      progress.copied(part, shareOf(part), 0);
    },
  });
  await requireWhole(fresh, objects);
  if (objectBytes > 0) progress.ended(OBJECTS);
  const gathered = new Set(
    orders.flatMap(({ piece, gathered: columns }) =>
      columns.flatMap((each) => (each ? [placeOf(piece.table, each)] : [])),
    ),
  );
  const has: Copied['hasGathered'] = (table, column) => gathered.has(placeOf(table, column));
  return { counted, shares, objects, again: [...again], hasGathered: has };
}

function carry<Part extends PartOrder>(
  { order, snapshot, keys, subset, fresh: database }: Loading,
  parts: readonly Part[],
  names: readonly KnownName[],
  listener: CopyListener<Part>,
): Promise<void> {
  const { sourceUrl, targetUrl } = order;
  const workerCount = Math.min(order.workerCount, parts.length);
  const ofSubset = subset === null ? [] : subsetSettings;
  if (workerCount === 0) return Promise.resolve();
  return throttled({ ...order, workerCount }, ({ signal, sourceSettings, ...pace }) =>
    copyAll(
      {
        ...{ sourceUrl, targetUrl, database, snapshot, keys, names, ...pace },
        backlog: new Int32Array(new SharedArrayBuffer(4)),
        sourceSettings: [...ofSubset, ...sourceSettings],
      },
      ...([parts, workerCount, signal, listener] as const),
    ),
  );
}

const placeOf = (table: string, { name }: PlannedColumn): string => `${table}.${name}`;

/** Whether the rows that are copied have the column as the proof would read it. */
const comesAsItIs = (column: PlannedColumn): boolean =>
  holdsOriginals(column) &&
  selectedAs(column) === quoted(column.name) &&
  gatheringOf(column).value === quoted(column.name);

/** The largest first. */
async function ordersOf({ order, source, plan, subset }: Loading, isGathered: boolean): Promise<readonly PieceOrder[]> {
  const byName = new Map(plan.map((table) => [table.name, table]));
  const stored = await readStorage(source, new Set(byName.keys()));
  const asText = await readTextColumns(source);
  const namesOf = (table: string): readonly string[] => byName.get(table)!.columns.map(({ name }) => name);
  const queries = new Map(plan.map(({ name }) => [name, subset?.rowsOf(name, namesOf(name)) ?? null]));
  const isChosen = ({ table }: { readonly table: string }): boolean => queries.get(table) !== null;
  const comes = (table: string, column: PlannedColumn): boolean =>
    isGathered && queries.get(table) === null && !asText.get(table)?.has(column.name) && comesAsItIs(column);
  const places = new Map(stored.map((each) => [each.storedIn, goesTo(each, byName.get(each.table)!)]));
  const cutting = { canSplit: await canSplit(source), wholeBytes: wholeBytesOf(stored, order.workerCount) };
  const pieces = [
    ...wholePieces(stored.filter(isChosen)),
    ...cutIntoPieces(
      stored.filter((each) => !isChosen(each)),
      cutting,
    ),
  ];
  return pieces
    .toSorted((a, b) => b.sizeBytes - a.sizeBytes)
    .map((piece) => {
      const { table, storedIn } = piece;
      const { columns: planned } = byName.get(table)!;
      const columns = namesOf(table);
      const place = places.get(storedIn);
      return {
        ...{ kind: 'rows', piece, columns, into: place ?? table, isAlone: place === storedIn && isWhole(piece) },
        ...{ selected: planned.map(selectedAs), program: planned.map(programOf), rows: queries.get(table)! },
        asText: columns.filter((name) => asText.get(table)?.has(name)),
        gathered: planned.map((column) => (comes(table, column) ? column : null)),
      };
    });
}
