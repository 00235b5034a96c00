// That no original is left in the copy: hashes of all that is classified in the source, looked for in everything the copy holds. It uses nothing
// of what has masked it to find them; only what was found is taken back by the key, to tell a coincidence from a leak.
import type { Client } from 'pg';
import { fail } from '../domain/failure.ts';
import { holdsOriginals } from '../domain/refresh/classified.ts';
import type { PlannedColumn, PlannedTable } from '../domain/refresh/compile.ts';
import { foundIn } from '../domain/refresh/originals.ts';
import { cutIntoPieces, type StoredTable } from '../domain/refresh/pieces.ts';
import type { Keys } from '../kernel/kernel.ts';
import { filterOf } from '../kernel/write-sought.ts';
import { cutWhenAborted } from './borrowed-stream.ts';
import { askedAs, readingOf } from './look-at.ts';
import { openOriginalSet, type OriginalSet } from './original-set.ts';
import { handOf, overHands, type Hand } from './prove-hands.ts';
import { objectPieces } from './prove-objects.ts';
import { openFinds, standing } from './prove-open.ts';
import { wantedOf, type CopyPiece, type ProveTask, type SourcePiece } from './prove-tasks.ts';
import { everythingSaid, ofPeople, type Said } from './prove-said.ts';
import { canSplit, readStorage, rowsOf } from './read-storage.ts';
import { textsDecoded } from './texts-in-bytes.ts';

export interface LeakProof {
  /** Different forms of originals that were looked for. */
  readonly originalCount: number;
  /** Of the set of their hashes. */
  readonly setBytes: number;
  /** Values, names and texts of the copy that were looked through. */
  readonly textCount: number;
  /** Masks that are another original by chance: a permuted number may be somebody else's. */
  readonly coincidenceCount: number;
}

export interface Proving {
  /** In the transaction of the snapshot. */
  readonly source: Client;
  readonly fresh: Client;
  readonly plan: readonly PlannedTable[];
  readonly keys: Keys;
  readonly signal: AbortSignal;
  /** Threads that read; without them this one does. */
  readonly hands?: readonly Hand[];
  /** What the copy has gathered on its way, of whole tables. */
  readonly gathered?: GatheredBefore;
}

export interface GatheredBefore {
  readonly originals: OriginalSet;
  /** Whose originals are all there. */
  has(table: string, column: PlannedColumn): boolean;
}

const MOST_PLACES = 40;
/** Of a whole copy. */
const MOST_OPEN = 100_000;
/** Smaller than those of the copy: a thread holds what it has gathered of one until it is done with it. */
const PIECE_BYTES = 16 * 1024 * 1024;

/** Throws `GR5061` with the places of what was found, and never with a value. */
export async function proveNoLeak(proving: Proving): Promise<LeakProof> {
  const { fresh } = proving;
  await fresh.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const hands = proving.hands ?? [handOf(proving)];
  const sources = await sourcePieces(proving);
  const originals = proving.gathered?.originals ?? openOriginalSet(proving.keys.leak);
  const gathering = sources.map((piece) => ({ kind: 'gather', piece }) as const);
  await overHands(hands, gathering, 'gathered', originals.join);
  const { leaks, coincidenceCount, textCount } = await lookThrough(proving, hands, originals);
  await fresh.query('COMMIT');
  if (leaks.size > 0) fail(leaked(leaks));
  return { originalCount: originals.count(), setBytes: originals.sizeBytes(), textCount, coincidenceCount };
}

/** Of tables that hold originals at all, which are not there yet. */
async function sourcePieces({ source, plan, gathered }: Proving): Promise<readonly SourcePiece[]> {
  const isAsked = (table: string, column: PlannedColumn): boolean =>
    holdsOriginals(column) && !(gathered?.has(table, column) ?? false);
  const holding = new Map(plan.map(({ name, columns }) => [name, columns.filter((each) => isAsked(name, each))]));
  const names = [...holding].filter(([, columns]) => columns.length > 0).map(([name]) => name);
  const stored = await readStorage(source, new Set(names));
  for (const name of names) {
    if (stored.some(({ table }) => table === name)) continue;
    // A table of partitions may have none; rows that lie nowhere would be originals that nobody looks for.
    const { rows } = await source.query<{ is: boolean }>(`SELECT EXISTS (SELECT FROM ${name}) AS is`);
    if (rows[0]!.is) throw new Error(`the rows of ${name} were not found on disk`);
  }
  return cutIntoPieces(stored, { canSplit: await canSplit(source), pieceBytes: PIECE_BYTES }).map((piece) => ({
    from: rowsOf(piece),
    columns: holding.get(piece.table)!,
  }));
}

async function lookThrough(
  { source, fresh, plan, keys, signal }: Proving,
  hands: readonly Hand[],
  originals: OriginalSet,
) {
  const leaks = new Map<string, number>();
  let [coincidenceCount, textCount] = [0, 0];
  const { rows: tables } = await fresh.query<CopiedTable>(everyTable);
  const byName = new Map(tables.map((table) => [table.storedIn, table]));
  const shared = originals.shared();
  const filter = filterOf(shared.hashes);
  const looking: ProveTask[] = cutIntoPieces(tables, { canSplit: await canSplit(fresh), pieceBytes: PIECE_BYTES }).map(
    (piece) => {
      const copyPiece = copyPieceOf(byName.get(piece.storedIn)!, rowsOf(piece), plan);
      return { kind: 'look', piece: copyPiece, originals: shared, filter } as const;
    },
  );
  for (const piece of await objectPieces(fresh)) looking.push({ kind: 'look', piece, originals: shared, filter });
  const count = (place: string, found: number): void => void leaks.set(place, (leaks.get(place) ?? 0) + found);
  const open = openFinds(MOST_OPEN);
  await overHands(hands, looking, 'looked', (looked) => {
    textCount += looked.textCount;
    coincidenceCount += looked.coincidenceCount;
    for (const find of looked.open) if (!open.add(find, find.count)) count(find.place, find.count);
    for (const [place, found] of looked.leaks) count(place, found);
  });
  const stands = await cutWhenAborted(source, signal, standing(source, open.all()));
  for (const find of open.all())
    if (stands(find)) coincidenceCount += find.count;
    else count(find.place, find.count);
  const wanted = wantedOf(keys, shared);
  const findsIn = (text: string): number =>
    new Set([text, ...textsDecoded(text)].flatMap((each) => foundIn(each, wanted))).size;
  const { rows: said } = await fresh.query<Said>(everythingSaid);
  for (const { what, name, text } of said) {
    textCount += 1;
    const found = text === null ? 0 : findsIn(text);
    if (found > 0) count(name === null || findsIn(name) > 0 ? what : `${what} ${name}`, found);
  }
  for (const { storedIn, columns } of tables)
    for (const name of columns) {
      const place = `${storedIn}.${name}`;
      const found = leaks.get(place);
      if (found === undefined || (findsIn(storedIn) === 0 && findsIn(name) === 0)) continue;
      leaks.delete(place);
      count('a column whose name, or whose table’s, is an original', found);
    }
  return { leaks, coincidenceCount, textCount };
}

interface CopiedTable extends StoredTable {
  readonly columns: readonly string[];
  /** PostgreSQL's own, under a domain too; `enum`, or empty for all others. */
  readonly types: readonly string[];
}

function copyPieceOf(
  { table, storedIn, columns, types }: CopiedTable,
  from: string,
  plan: readonly PlannedTable[],
): CopyPiece {
  // A partition has the rules of its table.
  const planned = plan.find((each) => each.name === table)?.columns ?? [];
  return {
    ...{ from, table: storedIn, plannedAs: table },
    columns: columns.flatMap((name, i) => {
      const reading = readingOf(name, types[i]!);
      if (!reading) return [];
      const before = planned.find((each) => each.name === name);
      return [{ name, ...reading, rule: before?.rule, asked: before ? askedAs(reading.kind, before.type) : null }];
    }),
  };
}

function leaked(leaks: ReadonlyMap<string, number>) {
  const places = [...leaks].map(([place, found]) => `${place} (${found})`).toSorted();
  return {
    code: 'GR5061',
    message: `Originals are left in the copy: ${places.slice(0, MOST_PLACES).join(', ')}${places.length > MOST_PLACES ? ` and ${places.length - MOST_PLACES} more places, all of which --json has` : ''}. Nothing was published.`,
    where: [...leaks.keys()].toSorted()[0]!,
    places,
    do: 'Give the columns a rule that masks them; what is found in a comment, a default or the words of a schema must be changed in the source.',
  };
}

/** Also what no plan has: materialised views, partitions, columns that PostgreSQL generates. */
const everyTable = `
SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS "storedIn",
  (SELECT quote_ident(rn.nspname) || '.' || quote_ident(r.relname) FROM pg_class r JOIN pg_namespace rn ON rn.oid = r.relnamespace WHERE r.oid = coalesce(pg_partition_root(c.oid), c.oid)) AS "table",
  pg_relation_size(c.oid)::float8 AS "sizeBytes", current_setting('block_size')::int AS "blockBytes",
  array_agg(a.attname::text ORDER BY a.attnum) AS columns,
  array_agg(CASE WHEN t.typtype = 'e' THEN 'enum' WHEN b.oid < 10000 THEN b.typname::text ELSE '' END ORDER BY a.attnum) AS types
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type t ON t.oid = a.atttypid JOIN pg_type b ON b.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
WHERE (c.relkind = 'r' OR c.relkind = 'm' AND c.relispopulated) AND ${ofPeople} GROUP BY c.oid, n.nspname, c.relname`;
