// What `keep` of sought.ts has written: hashes, which lie in the kernel's memory until they are taken, and what is known of their forms.
import * as layout from './layout.ts';

export interface Known {
  /** One bit for each of what is known of lengths and ends. */
  readonly ends: Uint8Array;
  /** Of how many words forms are; 31 stands for all above. */
  readonly wordCounts: readonly number[];
}

/** Pairs of halves, the lower one first, which are overwritten afterwards. */
export type Take = (hashes: Uint32Array) => void;

export function openGathering(memory: Uint8Array<ArrayBuffer>) {
  const view = new DataView(memory.buffer);
  let taking: Take = () => {};
  const take = (): void => {
    taking(new Uint32Array(memory.buffer, layout.GATHERED, view.getInt32(layout.GATHERED_COUNT) * 2));
    view.setInt32(layout.GATHERED_COUNT, 0);
  };
  return {
    begin(into: Take): void {
      taking = into;
      for (const at of [layout.GATHERED_COUNT, layout.WORD_COUNTS]) view.setInt32(at, 0);
      memory.fill(0, layout.ENDS, layout.ENDS + layout.KNOWN_BITS / 8);
      memory.fill(0, layout.LATEST, layout.LATEST + layout.LATEST_COUNT * 8);
    },
    take,
    /** After the rest was taken. */
    known(): Known {
      take();
      const counts = view.getInt32(layout.WORD_COUNTS);
      return {
        ends: memory.slice(layout.ENDS, layout.ENDS + layout.KNOWN_BITS / 8),
        wordCounts: Array.from({ length: 32 }, (_, count) => count).filter((count) => (counts & (1 << count)) !== 0),
      };
    },
  };
}
