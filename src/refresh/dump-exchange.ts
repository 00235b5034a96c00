// How the thread of pg_dump, which must wait, and the one that holds the connection talk: bytes in shared memory, in pieces.
/** Places of the control words: whether there is an answer, how long this piece of it is, whether more follows. */
export const READY = 0;
export const LENGTH = 1;
export const MORE = 2;
export const CONTROL_BYTES = 16;
export const PIECE_BYTES = 1024 * 1024;

export interface DumpOrder {
  readonly shared: SharedArrayBuffer;
  readonly args: readonly string[];
}

export type FromDump =
  | { readonly kind: 'say'; readonly bytes: Uint8Array }
  | { readonly kind: 'more' }
  | { readonly kind: 'done'; readonly sql: string }
  | { readonly kind: 'failed'; readonly reason: string };
