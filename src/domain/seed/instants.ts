// Dates of a row, in the order that their names tell: made, begun, done, changed, gone.
import { asWords } from '../refresh/surroundings.ts';

export const DAY_MS = 86_400_000;
/** The rows were made in so long before the end. */
export const SPAN_MS = 730 * DAY_MS;

const ranks: readonly RegExp[] = [
  /^(?:created|inserted|registered|joined|placed|ordered|added|signed_up|date_joined|issued)(?:_|$)|_created$|(?:^|_)creation_/,
  /(?:^|_)(?:start|starts|started|begin|begins|began|from|confirmed|verified|approved|accepted|paid|sent|opened|published|posted|check_?in|borrowed|loaned|lent)(?:_|$)/,
  /(?:^|_)(?:shipped|delivered|completed|finished|read|received|seen)(?:_|$)/,
  /(?:^|_)(?:updated|modified|changed|edited|last|latest|refreshed|synced)(?:_|$)/,
  /(?:^|_)(?:end|ends|ended|until|to|till|due|expires?|expiry|expired|expiration|check_?out|returned|deleted|removed|archived|closed|cancell?ed|revoked|resolved|deactivated|banned|disabled)(?:_|$)/,
];

/** Place in the order; null when the name tells none. */
export function rankOf(name: string): number | null {
  const words = asWords(name);
  const found = ranks.findLastIndex((rank) => rank.test(words));
  return found < 0 ? null : found;
}

/** Most rows are not there yet: not deleted, not returned. */
export const isSeldom = (name: string): boolean =>
  /(?:^|_)(?:deleted|removed|archived|cancell?ed|revoked|deactivated|banned|disabled|expired)(?:_|$)/.test(
    asWords(name),
  );

export const isBirthday = (name: string): boolean =>
  /(?:^|_)(?:dob|birth_?(?:date|day)|date_of_birth|born(?:_on|_at)?)$/.test(asWords(name));

/** Between when the row was made and the end; a later rank is a later instant. */
export const instantAt = (bornAt: number, untilAt: number, rank: number, share: number): number =>
  rank === 0 ? bornAt : bornAt + (untilAt - bornAt) * ((rank + share) / (ranks.length + 1));

export const asDay = (at: number): string => new Date(at).toISOString().slice(0, 10);
/** Of UTC; PostgreSQL takes it for every type with a date. */
export const asInstant = (at: number): string => new Date(at).toISOString().replace('Z', '+00');
