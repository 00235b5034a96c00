// Forms that are looked for. Nearly every form of a text is nobody’s: their ends say so first, then a filter of hashes, and only what is left is asked for.
import { isSought } from './ask.ts';
import { ENDS, ENDS_BITS, FILTER, FILTER_WORDS, KEY_LEAK } from './layout.ts';
import { load32, load8 } from './memory.ts';
import { hash, hashHigh, hashLow } from './siphash.ts';

/** A form has 20 bits at least, and seven different signs have fewer. */
const FEWEST_SIGNS: i32 = 8;

/** Whether any has this length and these signs at its ends. */
export function mayHave(length: i32, first: i32, last: i32): boolean {
  if (length < FEWEST_SIGNS) return false;
  const end = ((length * 2053) ^ (first * 97) ^ (last * 12289)) & (ENDS_BITS - 1);
  return (load8(ENDS + (end >>> 3)) & (1 << (end & 7))) !== 0;
}

/** Three bits of one word of the filter. */
export function bitsOf(high: i32): i32 {
  return (1 << (high & 31)) | (1 << ((high >>> 5) & 31)) | (1 << ((high >>> 10) & 31));
}

/** Whether the form that lies there is one of them. */
export function has(at: i32, length: i32): boolean {
  if (!mayHave(length, load8(at), load8(at + length - 1))) return false;
  hash(KEY_LEAK, at, length);
  const low = hashLow === 0 && hashHigh === 0 ? 1 : hashLow;
  const bits = bitsOf(hashHigh);
  const word = load32(FILTER + ((low & (load32(FILTER_WORDS) - 1)) << 2));
  return (word & bits) === bits && isSought(low, hashHigh);
}
