// Between the two connections: what has come goes through the kernel into frames for the target, as fast as the target takes them.
import type { Duplex } from 'node:stream';
import { fail, type Failure } from '../domain/failure.ts';
import { LARGE_OUTPUT, LARGE_OUTPUT_BYTES, OUTPUT_BYTES, OUTPUT_COUNT, OUTPUTS } from '../kernel/layout.ts';
import type { Kernel, Progress } from '../kernel/kernel.ts';
import { unexpected } from './messages.ts';
import { openRowInput } from './row-input.ts';

/** Type and length in front of every frame. */
const HEAD_BYTES = 5;
/** Fuller than this an output is sent; smaller ones cost a system call each. */
const ENOUGH_BYTES = OUTPUT_BYTES / 2;

export interface Pipe {
  readonly kernel: Kernel;
  readonly table: string;
  readonly columns: readonly string[];
  readonly into: Duplex;
  /** An output is free again. */
  onRoom(): void;
}

/** Whatever rows go into. */
export interface RowPipe {
  /** Takes bytes of rows; what follows the frames of CopyData is given back, with its head, or null. */
  take(chunk: Buffer): Buffer | null;
  /** Does what is to be done with what was taken; false when there is no room for more. */
  go(): boolean;
  /** Throws unless the rows have ended, with everything taken. */
  finish(): void;
  rowCount(): number;
}

export function openMaskingPipe({ kernel, table, columns, into, onRoom }: Pipe): RowPipe {
  const memory = Buffer.from(kernel.memory.buffer, kernel.memory.byteOffset, kernel.memory.byteLength);
  const free = Array.from({ length: OUTPUT_COUNT }, (_, i) => OUTPUTS + i * OUTPUT_BYTES);
  const input = openRowInput(kernel, () => fail(tooLong(table, columns[progress?.column ?? 0] ?? '')));
  let filled = 0;
  let progress: Progress | null = null;
  let isLargeFree = true;

  const run = (at: number, byteCount: number): Progress => {
    progress = kernel.run(input.from, input.end, at, byteCount);
    input.from = progress.consumed;
    if (!['waiting', 'full', 'finished'].includes(progress.status)) fail(brokenBy(progress, table, columns));
    return progress;
  };
  const write = (at: number, byteCount: number, release: () => void): void => {
    memory[at] = 'd'.charCodeAt(0);
    memory.writeInt32BE(byteCount + 4, at + 1);
    into.write(memory.subarray(at, at + HEAD_BYTES + byteCount), (error) => {
      if (error) return; // the target's own listeners tell
      release();
      onRoom();
    });
  };
  const send = (): void => {
    if (filled === 0) return;
    const at = free.shift()!;
    write(at, filled, () => free.push(at));
    filled = 0;
  };
  /** A value, or a piece, that did not fit into an empty output. */
  const maskLarge = (): boolean => {
    if (!isLargeFree) return false;
    const { status, written, column } = run(LARGE_OUTPUT + HEAD_BYTES, LARGE_OUTPUT_BYTES - HEAD_BYTES);
    if (status === 'full' && written === 0) fail(tooLong(table, columns[column] ?? ''));
    isLargeFree = false;
    write(LARGE_OUTPUT, written, () => (isLargeFree = true));
    return true;
  };

  return {
    take: input.take,
    go() {
      while (free.length > 0) {
        const { status, written } = run(free[0]! + HEAD_BYTES + filled, OUTPUT_BYTES - HEAD_BYTES - filled);
        filled += written;
        if (status !== 'full') {
          if (filled > ENOUGH_BYTES) send();
          return true;
        }
        if (filled > 0) send();
        else if (!maskLarge()) return false;
      }
      return false;
    },
    finish() {
      if (progress?.status !== 'finished' || input.from !== input.end)
        fail(unexpected(table, 'an end in the middle of a row'));
      send();
    },
    rowCount: () => progress?.rowCount ?? 0,
  };
}

function brokenBy({ status, column }: Progress, table: string, columns: readonly string[]): Failure {
  const name = columns[column] ?? '';
  if (status === 'too-long') return tooLong(table, name);
  if (status !== 'value') return unexpected(table, `rows that are broken (${status})`);
  return {
    code: 'GR5002',
    message: `A value of column "${name}" is not of the form that its masker takes. Nothing was published.`,
    where: `${table}.${name}`,
    do: 'Give the column another masker, such as text, or `nothing`.',
  };
}

const tooLong = (table: string, column: string): Failure => ({
  code: 'GR5007',
  message: `A value of column "${column}" has more than 16 MiB, which is more than a masker takes.`,
  where: `${table}.${column}`,
  do: 'Say `nothing` or a constant for the column, or keep it where it holds nothing of people.',
});
