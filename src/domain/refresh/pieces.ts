// Large tables in pieces, so that several workers copy one, and none waits long for another at the end.

/** A table as it lies on disk: itself, or one partition of it. */
export interface StoredTable {
  /** The table that rows go into, as the plan names it. */
  readonly table: string;
  /** Where they are read from, quoted. */
  readonly storedIn: string;
  readonly sizeBytes: number;
  readonly blockBytes: number;
}

export interface Piece {
  readonly table: string;
  readonly storedIn: string;
  /** Blocks from here … */
  readonly fromBlock: number;
  /** … to before here; null: to the end, also of what was added since it was measured. */
  readonly toBlock: number | null;
  /** As much of the table as it is, for progress. */
  readonly sizeBytes: number;
}

/** All rows of the table or partition that it is read from. */
export const isWhole = ({ fromBlock, toBlock }: Piece): boolean => fromBlock === 0 && toBlock === null;

const PIECE_BYTES = 64 * 1024 * 1024;
/** A connection that is lost in the middle of a table must not cost too much. */
const LARGEST_WHOLE_BYTES = 1024 * 1024 * 1024;

export interface Cutting {
  /** A server that reads a range of blocks without reading the others (PostgreSQL 14). */
  readonly canSplit: boolean;
  readonly pieceBytes?: number;
  /** What is not larger stays whole. */
  readonly wholeBytes?: number;
}

/** How large a table stays whole, so that nobody has to wait long for who has the last. */
export function wholeBytesOf(tables: readonly StoredTable[], workerCount: number): number {
  const allBytes = tables.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return Math.max(PIECE_BYTES, Math.min(LARGEST_WHOLE_BYTES, allBytes / (2 * workerCount)));
}

/** The largest first. */
export function cutIntoPieces(tables: readonly StoredTable[], cutting: Cutting): Piece[] {
  return tables.flatMap((each) => cut(each, cutting)).toSorted((a, b) => b.sizeBytes - a.sizeBytes);
}

/** One piece for each: where rows are chosen, every piece would have to find them again. */
export function wholePieces(tables: readonly StoredTable[]): Piece[] {
  return [...Map.groupBy(tables, ({ table }) => table)].map(([table, parts]) => ({
    ...{ table, storedIn: table, fromBlock: 0, toBlock: null },
    sizeBytes: parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  }));
}

function cut(stored: StoredTable, { canSplit, pieceBytes = PIECE_BYTES, wholeBytes = pieceBytes }: Cutting): Piece[] {
  const { table, storedIn, sizeBytes, blockBytes } = stored;
  const isCut = canSplit && sizeBytes > wholeBytes;
  const count = isCut ? Math.ceil(sizeBytes / pieceBytes) : 1;
  const step = Math.ceil(Math.ceil(sizeBytes / blockBytes) / count);
  return Array.from({ length: count }, (_, i) => ({
    ...{ table, storedIn, fromBlock: i * step, toBlock: i === count - 1 ? null : (i + 1) * step },
    sizeBytes: Math.round(sizeBytes / count),
  }));
}
