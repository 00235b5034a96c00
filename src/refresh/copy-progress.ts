// How far the copy is: the parts that are copied, and of those under way what was read.
import type { LoadProgress } from './load-beside.ts';

export interface Share {
  readonly table: string;
  /** Of all that is copied. */
  readonly sizeBytes: number;
}

export interface CopyProgress {
  passed(part: object, share: Share, byteCount: number): void;
  copied(part: object, share: Share, rowCount: number): void;
  /** Nothing is left of this. */
  ended(table: string): void;
}

export function openProgress(totalBytes: number, tell: (progress: LoadProgress) => void): CopyProgress {
  const underWay = new Map<object, number>();
  let [doneBytes, rowCount] = [0, 0];
  const say = (table: string): void => {
    const readBytes = [...underWay.values()].reduce((sum, bytes) => sum + bytes, 0);
    tell({ doneBytes: doneBytes + readBytes, totalBytes, rowCount, table });
  };
  return {
    passed(part, { table, sizeBytes }, byteCount) {
      // Rows take other room as they are sent than where they lie.
      underWay.set(part, Math.min(byteCount, sizeBytes));
      say(table);
    },
    copied(part, { table, sizeBytes }, rows) {
      underWay.delete(part);
      doneBytes += sizeBytes;
      rowCount += rows;
      say(table);
    },
    ended(table) {
      doneBytes = totalBytes;
      say(table);
    },
  };
}
