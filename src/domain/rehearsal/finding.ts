import type { Place } from './facts.ts';
import type { LockMode } from './lock-mode.ts';
import type { Reason } from './reason.ts';

/** One reason against a migration, with where it is and what to do about it. */
export interface RehearsalFinding {
  readonly reason: Reason;
  /** A sentence without names of values: relations, modes, durations. */
  readonly text: string;
  readonly place: Place | null;
  readonly relation: string | null;
  readonly mode: LockMode | null;
  readonly next: string;
}

/** `001.sql:3`; a command as a whole has no line. */
export const placeWords = ({ file, line }: Place): string => (line === 0 ? file : `${file}:${line}`);

export const finding = (
  reason: Reason,
  text: string,
  next: string,
  rest: Partial<Pick<RehearsalFinding, 'place' | 'relation' | 'mode'>> = {},
): RehearsalFinding => ({ reason, text, next, place: null, relation: null, mode: null, ...rest });
