/** Why a migration is not simply a go, in the order in which they are told. */
export const stoppingReasons = [
  'not-measured',
  'fails',
  'reaches-outside',
  'own-transaction',
  'own-lock-timeout',
  'data-lost',
  'old-version-fails',
  'new-version-fails',
  'rewrite-under-lock',
  'scan-under-lock',
  'rows-locked',
  'lock-held',
  'canary-stalled',
  'never-gives-up',
  'invalid-index',
  'not-repeatable',
  'no-way-back',
  'over-budget',
  'other-version',
  'other-schema',
  'copy-too-old',
] as const;

export const conditionalReasons = [
  'short-lock',
  'short-stall',
  'copy-too-small',
  'not-asked',
  'destructive-step',
  'promise-withdrawn',
  'lock-avoidable',
  'unindexed-reference',
] as const;

export type Reason = (typeof stoppingReasons)[number] | (typeof conditionalReasons)[number];

export const stops = (reason: Reason): boolean => (stoppingReasons as readonly Reason[]).includes(reason);

/** Where a reason stands among all. */
export const orderOf = (reason: Reason): number =>
  ([...stoppingReasons, ...conditionalReasons] as readonly Reason[]).indexOf(reason);
