// Bytes of rows on their way into the kernel's memory, out of the frames that the source has put around them.
import { INPUT, INPUT_END } from '../kernel/layout.ts';
import type { Kernel } from '../kernel/kernel.ts';

export interface RowInput {
  /** What has come and was not read. Whoever reads moves `from`. */
  from: number;
  readonly end: number;
  /** What follows the frames of CopyData is given back, with its head, or null. Calls `onTooLong` where a value that is waited for has no room. */
  take(chunk: Buffer): Buffer | null;
}

export function openRowInput(kernel: Kernel, onTooLong: () => never): RowInput {
  const memory = Buffer.from(kernel.memory.buffer, kernel.memory.byteOffset, kernel.memory.byteLength);
  const input = {
    from: INPUT as number,
    end: INPUT as number,
    take(chunk: Buffer): Buffer | null {
      // What is left is nearly always the beginning of a row: at one place it stays in the processor's cache, and touches little memory.
      if (input.end - input.from < chunk.length || input.end + chunk.length > INPUT_END) {
        memory.copyWithin(INPUT, input.from, input.end);
        [input.from, input.end] = [INPUT, INPUT + input.end - input.from];
      }
      if (input.end + chunk.length > INPUT_END) onTooLong();
      const until = input.end + chunk.length;
      memory.set(chunk, input.end);
      const { end, rest, other } = kernel.unwrap(input.end, until);
      input.end = end;
      if (other === null) return null;
      const head = Buffer.from([other.type, 0, 0, 0, 0]);
      head.writeInt32BE(other.byteCount + 4, 1);
      return Buffer.concat([head, Buffer.from(memory.subarray(rest, until))]);
    },
  };
  return input;
}
