// What the threads that copy are told, and what they answer.
import type { Failure } from '../domain/failure.ts';
import type { PlannedColumn } from '../domain/refresh/compile.ts';
import type { Piece } from '../domain/refresh/pieces.ts';
import type { Keys } from '../kernel/kernel.ts';
import type { ColumnProgram } from '../kernel/program.ts';
import type { KnownName } from './known-names.ts';
import type { LastingCopied } from './lasting-copy.ts';
import type { Gathered } from './original-set.ts';
import type { Gate } from './pace.ts';

export interface CopyOrder {
  readonly sourceUrl: string;
  readonly targetUrl: string;
  /** The database beside the target. */
  readonly database: string;
  readonly snapshot: string;
  readonly keys: Keys;
  readonly names: readonly KnownName[];
  /** What connections to the source are set to, beside what a snapshot needs. */
  readonly sourceSettings: readonly string[];
  /** Of each thread; null: as fast as it comes. */
  readonly bytesPerSecond: number | null;
  /** Shut: nothing is read. */
  readonly gate: Gate;
  /** How often originals were told that nobody has taken in yet; of all threads. */
  readonly backlog: Int32Array<SharedArrayBuffer>;
}

/** What a thread does in one transaction. */
export type PartOrder = PieceOrder | ObjectsOrder;

export interface PieceOrder {
  readonly kind: 'rows';
  readonly piece: Piece;
  /** Where its rows are written to, quoted. */
  readonly into: string;
  /** Nobody else writes there. */
  readonly isAlone: boolean;
  readonly columns: readonly string[];
  /** What each column is read as: itself, or an expression. */
  readonly selected: readonly string[];
  readonly program: readonly ColumnProgram[];
  /** Of the columns: what cannot come in binary form. */
  readonly asText: readonly string[];
  /** What of each column the leak proof needs to know, from the rows as they come; null: nothing. */
  readonly gathered: readonly (PlannedColumn | null)[];
  /** A query of the columns, where rows are chosen; null takes the piece as it stands. */
  readonly rows: string | null;
}

/** Large objects that do not exist in the database beside. */
export interface ObjectsOrder {
  readonly kind: 'objects';
  readonly oids: Uint32Array;
  /** As they would be read. */
  readonly sizeBytes: number;
}

export type FromCopy =
  | { readonly kind: 'ready' }
  /** Of the part at hand, every now and then. */
  | { readonly kind: 'passed'; readonly byteCount: number }
  /** Of the part at hand, before it is copied. */
  | ({ readonly kind: 'gathered' } & Gathered)
  | ({ readonly kind: 'copied' } & LastingCopied)
  | { readonly kind: 'failed'; readonly failures: readonly Failure[] };
