// Binary COPY as PostgreSQL writes it, and a kernel with keys that everybody may know. Used by the tests.
import { createHash } from 'node:crypto';
import { keyPlaces, openKernel, type Kernel, type Keys } from '../kernel.ts';
import { INPUT, LARGE_OUTPUT, OUTPUTS, LARGE_OUTPUT_BYTES, OUTPUT_BYTES } from '../layout.ts';
import type { ColumnProgram } from '../program.ts';

export const testKeys = (secret: string): Keys =>
  Object.fromEntries(
    Object.keys(keyPlaces).map((name) => [
      name,
      createHash('sha256').update(`${secret} ${name}`).digest().subarray(0, 16),
    ]),
  ) as unknown as Keys;

export const column = (
  operation: number,
  parameter: ColumnProgram['parameter'] = 0,
  isEntity = false,
): ColumnProgram => ({
  operation,
  parameter,
  isEntity,
});

export const asText = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : Buffer.from(bytes).toString('utf8');
export const maskText = (kernel: Kernel, operation: number, text: string, parameter: ColumnProgram['parameter'] = 0) =>
  asText(kernel.mask(column(operation, parameter), Buffer.from(text)));

export type Row = readonly (Uint8Array | null)[];
const header = Buffer.from('PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0', 'latin1');

export function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}
export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}
export function int64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(value);
  return bytes;
}

const rowBytes = (row: Row): Buffer =>
  Buffer.concat([
    int16(row.length),
    ...row.flatMap((value) => (value === null ? [int32(-1)] : [int32(value.length), value])),
  ]);
export const streamOf = (rows: readonly Row[]): Buffer => Buffer.concat([header, ...rows.map(rowBytes), int16(-1)]);

const frame = (payload: Buffer): Buffer => Buffer.concat([Buffer.from('d'), int32(payload.length + 4), payload]);
/** As the server sends it: the header and the first row in one message, then a row a message, then the trailer. */
export function messagesOf(rows: readonly Row[]): Buffer {
  const [first, ...others] = rows.map(rowBytes);
  return Buffer.concat([
    frame(first ? Buffer.concat([header, first]) : header),
    ...others.map(frame),
    frame(int16(-1)),
    Buffer.from('c'),
    int32(4),
  ]);
}

/** Reads a stream back; throws for anything that is no binary COPY. */
export function rowsOf(stream: Buffer): (Buffer | null)[][] {
  if (!stream.subarray(0, 19).equals(header)) throw new Error('no header');
  const rows: (Buffer | null)[][] = [];
  let at = 19;
  while (stream.readInt16BE(at) !== -1) {
    const count = stream.readInt16BE(at);
    at += 2;
    rows.push(
      Array.from({ length: count }, () => {
        const length = stream.readInt32BE(at);
        at += 4 + Math.max(0, length);
        return length < 0 ? null : stream.subarray(at - length, at);
      }),
    );
  }
  if (at + 2 !== stream.length) throw new Error('something follows the trailer');
  return rows;
}

export interface Copied {
  readonly status: string;
  readonly column: number;
  readonly rowCount: number;
  readonly output: Buffer;
}

/** Feeds messages in the pieces given, through the kernel's real windows; `outputBytes` makes outputs small. */
export function copy(
  kernel: Kernel,
  program: readonly ColumnProgram[],
  pieces: readonly Buffer[],
  outputBytes = OUTPUT_BYTES,
): Copied {
  if (!kernel.begin(program)) throw new Error('the program does not fit');
  const parts: Buffer[] = [];
  let from: number = INPUT;
  let end: number = INPUT;
  let progress = kernel.run(from, end, OUTPUTS, outputBytes);
  let other: number | null = null;
  for (const piece of pieces) {
    if (other !== null) break;
    kernel.memory.set(piece, end);
    const taken = kernel.unwrap(end, end + piece.length);
    end = taken.end;
    other = taken.other?.type ?? null;
    let byteCount = outputBytes;
    let place: number = OUTPUTS;
    for (;;) {
      progress = kernel.run(from, end, place, byteCount);
      from = progress.consumed;
      parts.push(Buffer.from(kernel.memory.slice(place, place + progress.written)));
      if (progress.status !== 'full') break;
      const isEmpty = progress.written === 0;
      if (isEmpty && place === LARGE_OUTPUT) throw new Error('a value does not fit anywhere');
      place = isEmpty ? LARGE_OUTPUT : OUTPUTS;
      byteCount = isEmpty ? LARGE_OUTPUT_BYTES : outputBytes;
    }
    kernel.memory.copyWithin(INPUT, from, end);
    end = INPUT + end - from;
    from = INPUT;
  }
  return {
    status: progress.status,
    column: progress.column,
    rowCount: progress.rowCount,
    output: Buffer.concat(parts),
  };
}

export const testKernel = (secret = 'known to all', module: WebAssembly.Module | null = null): Kernel =>
  openKernel(testKeys(secret), module);
