// What the threads that copy are told, and what they answer.
import type { Failure } from '../domain/failure.ts';
import type { Piece } from '../domain/refresh/pieces.ts';
import type { Keys } from '../kernel/kernel.ts';
import type { ColumnProgram } from '../kernel/program.ts';
import type { KnownName } from './known-names.ts';

export interface CopyOrder {
  readonly sourceUrl: string;
  readonly targetUrl: string;
  /** The database beside the target. */
  readonly database: string;
  readonly snapshot: string;
  readonly keys: Keys;
  readonly names: readonly KnownName[];
}

export interface PieceOrder {
  readonly piece: Piece;
  readonly columns: readonly string[];
  readonly program: readonly ColumnProgram[];
}

export type FromCopy =
  | { readonly kind: 'ready' }
  | { readonly kind: 'copied'; readonly piece: Piece; readonly rowCount: number; readonly byteCount: number }
  | { readonly kind: 'failed'; readonly failures: readonly Failure[] };
