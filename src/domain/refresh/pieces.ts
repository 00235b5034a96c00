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

const PIECE_BYTES = 64 * 1024 * 1024;

/** The largest first. `canSplit`: a server that reads a range of blocks without reading the others (PostgreSQL 14). */
export function cutIntoPieces(tables: readonly StoredTable[], canSplit: boolean, pieceBytes = PIECE_BYTES): Piece[] {
  return tables.flatMap((each) => cut(each, canSplit, pieceBytes)).toSorted((a, b) => b.sizeBytes - a.sizeBytes);
}

/** One piece for each: where rows are chosen, every piece would have to find them again. */
export function wholePieces(tables: readonly StoredTable[]): Piece[] {
  return [...Map.groupBy(tables, ({ table }) => table)].map(([table, parts]) => ({
    ...{ table, storedIn: table, fromBlock: 0, toBlock: null },
    sizeBytes: parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  }));
}

function cut({ table, storedIn, sizeBytes, blockBytes }: StoredTable, canSplit: boolean, pieceBytes: number): Piece[] {
  const count = canSplit ? Math.max(1, Math.ceil(sizeBytes / pieceBytes)) : 1;
  const step = Math.ceil(Math.ceil(sizeBytes / blockBytes) / count);
  return Array.from({ length: count }, (_, i) => ({
    ...{ table, storedIn, fromBlock: i * step, toBlock: i === count - 1 ? null : (i + 1) * step },
    sizeBytes: Math.round(sizeBytes / count),
  }));
}
