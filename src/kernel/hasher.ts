// The kernel's hash for whoever keeps a set of originals: under a key of its own, never a masker's.
import { compiledMachine } from './compiled-machine.ts';
import { INPUT, KEY_LEAK, LONGEST_VALUE_BYTES } from './layout.ts';
import { plainMachine } from './plain-machine.ts';

export interface Hash {
  /** Halves of 32 bits without a sign. */
  readonly low: number;
  readonly high: number;
}

/** `key`: 16 bytes. Of a text in UTF-8, of at most 16 MiB of it. */
export function openHasher(key: Uint8Array, module: WebAssembly.Module | null): (text: string) => Hash {
  const machine = module === null ? plainMachine() : compiledMachine(module);
  machine.memory.set(key, KEY_LEAK);
  const room = machine.memory.subarray(INPUT, INPUT + LONGEST_VALUE_BYTES);
  const encoder = new TextEncoder();
  return (text) => {
    machine.hash(KEY_LEAK, INPUT, encoder.encodeInto(text, room).written);
    return machine.hashState();
  };
}
