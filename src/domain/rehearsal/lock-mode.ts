/** Table locks by PostgreSQL's own names, weakest first. */
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

/** The table of PostgreSQL's manual: each mode with the weakest that it conflicts with; of the weaker ones it lets all pass. */
const conflicts: Readonly<Record<LockMode, readonly LockMode[]>> = {
  AccessShareLock: ['AccessExclusiveLock'],
  RowShareLock: ['ExclusiveLock', 'AccessExclusiveLock'],
  RowExclusiveLock: ['ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'],
  ShareUpdateExclusiveLock: lockModes.slice(3),
  ShareLock: lockModes.filter((mode) => mode !== 'ShareLock' && lockModes.indexOf(mode) >= 2),
  ShareRowExclusiveLock: lockModes.slice(2),
  ExclusiveLock: lockModes.slice(1),
  AccessExclusiveLock: lockModes,
};

export const conflict = (one: LockMode, other: LockMode): boolean => conflicts[one].includes(other);

/** Whether INSERT, UPDATE and DELETE wait for it. */
export const blocksWrites = (mode: LockMode): boolean => conflict(mode, 'RowExclusiveLock');

/** Whether SELECT waits for it. */
export const blocksReads = (mode: LockMode): boolean => conflict(mode, 'AccessShareLock');

export const strongest = (modes: readonly LockMode[]): LockMode | null =>
  modes.length === 0 ? null : lockModes[Math.max(...modes.map((mode) => lockModes.indexOf(mode)))]!;
