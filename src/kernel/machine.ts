// What a kernel can do, whatever it is made of: the functions of rows, messages, names and fields, and what they leave behind.

/** Places and counts are those of the memory. */
export interface Machine {
  readonly memory: Uint8Array<ArrayBuffer>;
  begin(columnCount: number): void;
  beginMessages(): void;
  unwrap(from: number, end: number): number;
  run(from: number, end: number, out: number, byteCount: number): number;
  look(start: number, end: number): number;
  setPurpose(is: number): void;
  learnName(at: number, byteCount: number, kind: number): number;
  forgetNames(): void;
  maskField(operation: number, at: number, byteCount: number, parameter: number): number;
  permuteLeaf(operation: number, at: number, byteCount: number, back: number): number;
  forgetEntity(): void;
  rememberEntity(at: number, byteCount: number): void;
  open(at: number, byteCount: number): void;
  hash(key: number, at: number, byteCount: number): void;
  /** Of the last `hash`, without a sign. */
  hashState(): { readonly low: number; readonly high: number };
  /** Of the last `run`. */
  rowsState(): {
    readonly status: number;
    readonly isFull: boolean;
    readonly written: number;
    readonly column: number;
    readonly rowCount: number;
  };
  /** Of the last `look`; `texts`: since `begin`. */
  lookState(): {
    readonly isAsked: boolean;
    readonly askedLength: number;
    readonly askedColumn: number;
    readonly texts: number;
  };
  /** Of the last `unwrap`. */
  messageState(): { readonly otherType: number; readonly otherLength: number; readonly rest: number };
  /** Of what was written since `open`. */
  outputState(): { readonly cursor: number; readonly hasOverflowed: boolean };
}
