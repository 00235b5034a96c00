// Rows of a copy on their way through the kernel, which looks at all of them and writes none: what it cannot tell, or has found, is handed on.
import { fail } from '../domain/failure.ts';
import type { Kernel, Looked } from '../kernel/kernel.ts';
import type { RowPipe } from './masking-pipe.ts';
import { unexpected } from './messages.ts';
import { openRowInput } from './row-input.ts';

export interface LookingPipe extends RowPipe {
  /** Looked through by the kernel alone. */
  textCount(): number;
}

/** The kernel has begun, and knows what to look for. `onValue` is given whole values, however long. */
export function openLookingPipe(
  kernel: Kernel,
  table: string,
  onValue: (column: number, value: Buffer) => void,
): LookingPipe {
  const input = openRowInput(kernel, () => fail(unexpected(table, 'more than was asked for')));
  let looked: Looked | null = null;
  let value: { readonly column: number; readonly parts: Buffer[]; left: number } | null = null;

  /** Whether all of the value was there. */
  const readOn = (): boolean => {
    if (value === null) return true;
    const byteCount = Math.min(value.left, input.end - input.from);
    value.parts.push(Buffer.from(kernel.memory.slice(input.from, input.from + byteCount)));
    input.from += byteCount;
    value.left -= byteCount;
    if (value.left > 0) return false;
    onValue(value.column, Buffer.concat(value.parts));
    value = null;
    return true;
  };
  return {
    take: input.take,
    go() {
      while (readOn()) {
        looked = kernel.look(input.from, input.end);
        input.from = looked.consumed;
        const { status, asked } = looked;
        if (status !== 'waiting' && status !== 'finished') fail(unexpected(table, `rows that are broken (${status})`));
        if (asked === null) break;
        value = { column: asked.column, parts: [], left: asked.byteCount };
      }
      return true;
    },
    finish() {
      if (looked?.status !== 'finished' || input.from !== input.end)
        fail(unexpected(table, 'an end in the middle of a row'));
    },
    rowCount: () => looked?.rowCount ?? 0,
    textCount: () => looked?.textCount ?? 0,
  };
}
