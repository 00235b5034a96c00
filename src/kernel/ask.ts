// Whoever keeps the hashes of what is looked for: asked whether one is among them, and given more of them. A WebAssembly build has the same from outside.
export interface Keeper {
  /** Halves without a sign. */
  has(low: number, high: number): boolean;
  /** `end`: what is known of the form's length and ends; `wordCount`: at most 31. */
  add(low: number, high: number, end: number, wordCount: number): void;
}

export const nobody: Keeper = { has: () => false, add: () => {} };
let keeper = nobody;

/** One kernel a thread: whoever looks next says whom to ask. */
export function useKeeper(whom: Keeper): void {
  keeper = whom;
}

export const isSought = (low: i32, high: i32): boolean => keeper.has(low >>> 0, high >>> 0);
export const addSought = (low: i32, high: i32, end: i32, wordCount: i32): void =>
  keeper.add(low >>> 0, high >>> 0, end, wordCount);
