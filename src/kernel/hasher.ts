// The kernel's hash for whoever keeps a set of originals: under a key of its own, never a masker's.
import { compiledMachine } from './compiled-machine.ts';
import { INPUT, KEY_LEAK, LONGEST_VALUE_BYTES } from './layout.ts';
import { plainMachine } from './plain-machine.ts';

export interface Hash {
  /** Halves of 32 bits without a sign. */
  readonly low: number;
  readonly high: number;
}

/** Hashes of a text in UTF-8, of at most 16 MiB of it. One serves every set of a thread: its memory is that of a whole kernel. */
export function openHasher(module: WebAssembly.Module | null): (key: Uint8Array, text: string) => Hash {
  const machine = module === null ? plainMachine() : compiledMachine(module);
  const room = machine.memory.subarray(INPUT, INPUT + LONGEST_VALUE_BYTES);
  const encoder = new TextEncoder();
  return (key, text) => {
    machine.memory.set(key, KEY_LEAK);
    machine.hash(KEY_LEAK, INPUT, encoder.encodeInto(text, room).written);
    return machine.hashState();
  };
}
