// What a thread that copies says of originals: many of them at once, and before a part of the copy is done all of its own.
import type { PlannedColumn } from '../domain/refresh/compile.ts';
import type { Known } from '../kernel/gathering.ts';
import { openKernel, type Keys, type Kernel } from '../kernel/kernel.ts';
import { compiledKernel } from './compiled-kernel.ts';
import { openGatheringPipe } from './gather-rows.ts';
import type { RowPipe } from './masking-pipe.ts';
import { openFormList, type FormList, type Gathered } from './original-set.ts';

/** So many hashes are told at once. */
const TOLD_COUNT = 0x10000;
const unknown: Known = { ends: new Uint8Array(0), wordCounts: [] };

/** For rows of a table; of each column what the leak proof asks of it, or null. The kernel has nothing of the one that masks them, and is made only where it is needed. */
export function openGatherer(
  keys: Keys,
  tell: (gathered: Gathered) => void,
): (table: string, columns: readonly (PlannedColumn | null)[]) => RowPipe {
  let made: { readonly kernel: Kernel; readonly list: FormList } | null = null;
  return (table, columns) => {
    made ??= make(keys);
    const { kernel, list } = made;
    list.clear();
    const pipe = openGatheringPipe(kernel, columns, table, list);
    return {
      ...pipe,
      go() {
        const hasRoom = pipe.go();
        if (list.count() >= TOLD_COUNT) tell({ ...unknown, hashes: list.drain() });
        return hasRoom;
      },
      finish() {
        pipe.finish();
        const { ends, wordCounts } = list.gathered();
        tell({ ends, wordCounts, hashes: list.drain() });
      },
    };
  };
}

function make(keys: Keys): { readonly kernel: Kernel; readonly list: FormList } {
  const module = compiledKernel();
  // Two plain ones would have one memory.
  if (module === null) throw new Error('the compiled kernel was there, and is not any more');
  return { kernel: openKernel(keys, module), list: openFormList(keys.leak) };
}
