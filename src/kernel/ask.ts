// Whoever keeps the hashes of what is looked for: asked whether one is among them, and told when there is no room for more. A WebAssembly build has the
// same from outside.
export interface Keeper {
  /** Halves without a sign. */
  has(low: number, high: number): boolean;
  /** Takes what was gathered out of the memory. */
  take(): void;
}

export const nobody: Keeper = { has: () => false, take: () => {} };
let keeper = nobody;

/** One kernel a thread: whoever looks next says whom to ask. */
export function useKeeper(whom: Keeper): void {
  keeper = whom;
}

export const isSought = (low: i32, high: i32): boolean => keeper.has(low >>> 0, high >>> 0);
export const takeGathered = (): void => keeper.take();
