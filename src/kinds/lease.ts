/**
 * Who may act. Every engine process is a node that beats; a node that has not for `ttlMs` is dead for good, by the database's clock,
 * and others go on with what it left. A process that is known to be gone need not be waited for.
 */
/** How long a node may be silent, and how long a transaction of one that was paused may hold its locks. */
export const leaseMs = 5_000;

export interface Lease {
  readonly node: string;
  readonly ttlMs: number;
  join(): Promise<void>;
  /** False when this node has been declared dead: it must not act any more. */
  beat(): Promise<boolean>;
  /** Declares dead who is known to be gone; `silent`: also who has not beaten for `ttlMs`. */
  reap(who: 'gone' | 'silent'): Promise<void>;
  living(): Promise<readonly string[]>;
  /** In order, unless it is said. */
  leave(manner?: Leaving): Promise<void>;
}

/** `broken`: something in this process could not go on, and may not be able to in the next one either. */
export type Leaving = 'in-order' | 'broken';
