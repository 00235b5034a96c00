// The originals of rows that pass: what the plan says is about people, whatever masks it.
import { originalsOf } from '../domain/refresh/classified.ts';
import type { PlannedColumn } from '../domain/refresh/compile.ts';
import type { Kernel } from '../kernel/kernel.ts';
import * as op from '../kernel/operations.ts';
import type { ColumnProgram } from '../kernel/program.ts';
import { gatheringOf, jsonIn, originOf } from './look-at.ts';
import { openLookingPipe } from './looking-pipe.ts';
import type { RowPipe } from './masking-pipe.ts';
import type { FormList } from './original-set.ts';

export interface GatheringPipe extends RowPipe {
  /** Values that the kernel could not read alone. */
  handedOnCount(): number;
}

/** Of a column that holds none. */
const nothing: ColumnProgram = { operation: op.LOOK_NOTHING, parameter: 0, isEntity: false };

/** What each column of the rows holds, as `gatheringOf` reads it; null: nothing of people. The list knows all when the pipe has finished. */
export function openGatheringPipe(
  kernel: Kernel,
  columns: readonly (PlannedColumn | null)[],
  table: string,
  list: FormList,
): GatheringPipe {
  const readings = columns.map((column) => column && gatheringOf(column));
  const slowly = columns.map((column) => column && originalsOf(column));
  kernel.gather(list.take);
  if (!kernel.begin(readings.map((reading) => reading?.program ?? nothing)))
    throw new Error(`the paths of ${table} do not fit into the kernel`);
  let handedOn = 0;
  const pipe = openLookingPipe(kernel, table, (i, value) => {
    handedOn += 1;
    for (const { form, masker } of slowly[i]!(jsonIn(readings[i]!.kind, value)))
      list.addForm(form, originOf(masker, form));
  });
  return {
    ...pipe,
    finish() {
      pipe.finish();
      list.learn(kernel.gathered());
    },
    handedOnCount: () => handedOn,
  };
}

/** Both see every row; `copying` says what there is room for. */
export function bothPipes(gathering: RowPipe, copying: RowPipe, table: string): RowPipe {
  return {
    take(chunk) {
      gathering.take(chunk);
      return copying.take(chunk);
    },
    go() {
      gathering.go();
      return copying.go();
    },
    finish() {
      gathering.finish();
      copying.finish();
      const [gathered, copied] = [gathering.rowCount(), copying.rowCount()];
      if (gathered !== copied) throw new Error(`of ${copied} rows of ${table} the proof has seen ${gathered}`);
    },
    rowCount: copying.rowCount,
  };
}
