// The words of an expected answer. They are those of the method: what stops a migration, and what it may go on with.

/** Why a migration is not simply a go. `no-go` reasons first, then those that make it conditional. */
export type Reason =
  /** A table's rows are written anew while writes, or everything, wait; over 100 MB in production. */
  | 'rewrite-under-lock'
  /** A table is read whole, to validate or to build an index, while writes, or everything, wait; over 100 MB in production. */
  | 'scan-under-lock'
  /** All rows of a table over 100 MB in production change in one transaction: writers of those rows wait for its end. */
  | 'rows-locked'
  /** A lock that stops readers or writers of a table that no listed statement asks for is held for more than two seconds. */
  | 'lock-held'
  /** Something of it was not measured, as the old version on a table that no listed statement asks for. */
  | 'not-measured'
  /** Statements of the old version waited more than two seconds. */
  | 'canary-stalled'
  /** The old version's statements fail on the new schema, or find other rows. */
  | 'old-version-fails'
  /** Neither a way back nor a forward fix was proven. */
  | 'no-way-back'
  /** Rows or values are gone, and the way back does not bring them. */
  | 'data-lost'
  /** It ends with an error. */
  | 'fails'
  /** Cut off and run again it ends with an error, or with other data. */
  | 'not-repeatable'
  /** An INVALID index is left. */
  | 'invalid-index'
  /** It asks for the network, a program or a file of the server, or for rights the role must not have. */
  | 'reaches-outside'
  /** It begins or ends transactions itself. */
  | 'own-transaction'
  /** It sets the lock timeout itself, so that it need not give up. */
  | 'own-lock-timeout'
  /** PostgreSQL, an extension or a collation has another version in production. */
  | 'other-version'
  /** The copy's schema is not production's. */
  | 'other-schema'
  /** The copy is older than seven days. */
  | 'copy-too-old'
  /** It takes longer than its budget. */
  | 'over-budget'
  /** Conditional: it changes something for the old version that no listed statement exercises. */
  | 'not-asked'
  /** Conditional: the copy of a touched table is less than half of production's. */
  | 'copy-too-small'
  /** Conditional: what nobody uses is taken away for good. */
  | 'destructive-step'
  /** Conditional: the same can be had with a lock that lets the application work. */
  | 'lock-avoidable'
  /** Conditional: a promise that the old version may rely on is taken away. */
  | 'promise-withdrawn'
  /** Conditional: changes to the referenced table read this one whole. */
  | 'unindexed-reference';

/** PostgreSQL's names, weakest first. Up to RowExclusiveLock they are those of ordinary statements. */
export const lockModes = [
  'AccessShareLock',
  'RowShareLock',
  'RowExclusiveLock',
  'ShareUpdateExclusiveLock',
  'ShareLock',
  'ShareRowExclusiveLock',
  'ExclusiveLock',
  'AccessExclusiveLock',
] as const;
export type LockMode = (typeof lockModes)[number];

export interface Expectation {
  readonly decision: 'go' | 'conditional-go' | 'no-go';
  /** Each must be given; the first says it best. Of a go there are none. */
  readonly reasons: readonly Reason[];
  /**
   * Strongest lock on each relation that stood before, where it is more than ordinary statements take. Of a script that fails or
   * ends its transaction itself nothing is said: its locks are gone before anybody could look.
   */
  readonly locks?: Readonly<Record<string, LockMode>>;
  /** Tables and materialized views whose rows are in another file afterwards; not those that were emptied. */
  readonly rewrites?: readonly string[];
  /** Tables read whole by the migration while it held at least ShareLock on them; of a statement outside of a transaction nothing is said. */
  readonly scans?: readonly string[];
  /** `transaction` (default): one around the whole script. `none`: each statement by itself, as CONCURRENTLY needs it. */
  readonly runsIn?: 'transaction' | 'none';
  /** The migration itself: `ends`, or the SQLSTATE it fails with. */
  readonly up?: string;
  /** Old version afterwards, a word for each statement: `passes`, `other-rows`, or the SQLSTATE. Default: all pass. */
  readonly old?: readonly string[];
  /** The way back, from what the section `written` left: whether schema and data are as before. Default: `restores`. */
  readonly back?: 'restores' | 'loses' | 'none' | (string & {});
  /** Cut off after any of its statements but the last, and run again from the first. Default: `same`. */
  readonly again?: 'same' | 'other-data' | (string & {});
  /** Indexes that are INVALID afterwards. */
  readonly invalid?: readonly string[];
  /** What the script does to its own session: it ended its transaction, left one open, changed the lock timeout. */
  readonly session?: readonly ('ends-transaction' | 'leaves-transaction-open' | 'sets-lock-timeout')[];
  /** What is different from a fresh copy of full size on the same version. */
  readonly given?: Given;
  /** Tables that it changes for the old version, and that no listed statement asks for. */
  readonly unasked?: readonly string[];
  /** The safe rewrite, in words. */
  readonly safer?: string;
  /** What it looks like, of a safe one. */
  readonly looksLike?: string;
}

export interface Given {
  readonly copyAgeDays?: number;
  /** Copy's size as a share of production's, by table. */
  readonly copyRatio?: Readonly<Record<string, number>>;
  /** Versions in production, where they differ. */
  readonly production?: Readonly<Record<string, string>>;
  /** What production's schema has, and the copy's has not. */
  readonly onlyInProduction?: readonly string[];
  readonly budgetMs?: number;
  /** How long each of the claimed locks is held at least, because the script sleeps, and no listed statement asks for its table. */
  readonly heldMs?: number;
  /** How long rows of `orders` are kept from other writers at least, because the script sleeps. */
  readonly rowsHeldMs?: number;
  /** Stall of the old version's statements that is certain, because the script sleeps while it holds the lock. */
  readonly stallMs?: number;
  /** What is said of the role by which the old version logs in: nothing, or its search path in production. Default: that it is `app`, with the usual path. */
  readonly login?: 'unsaid' | (string & {});
  /** Tables of which no listed statement exercises what changes. */
  readonly unexercised?: readonly string[];
}
export type Expectations = Readonly<Record<string, Expectation>>;
