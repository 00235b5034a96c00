// What is to be done once the new data is published. Nothing that goes wrong here takes it back: it is named, and the next refresh does it.
import type { Client } from 'pg';
import { drop, dropStatement } from './beside.ts';
import { tidyKept, type KeepRules, type Kept } from './kept.ts';
import { stateOf } from './lost-connection.ts';

/** A database with replaced data that should be gone. */
export interface Left {
  readonly name: string;
  readonly because: string;
  /** Statement for a connection to the database `postgres`. */
  readonly removal: string;
}

interface Tidied {
  readonly kept: readonly Kept[];
  readonly left: readonly Left[];
  readonly notes: readonly string[];
}

/** `old`: what was replaced just now. Only under the lock of the target. */
export async function tidy(
  admin: Client,
  target: { readonly name: string; readonly environment: string; readonly old: string },
  rules: KeepRules,
  now: string,
): Promise<Tidied> {
  const left: Left[] = [];
  const remove = (name: string): Promise<void> =>
    drop(admin, name).catch((error: unknown) => {
      left.push({ name, because: told(error), removal: dropStatement(name) });
    });
  if (rules.last === 0) await remove(target.old);
  try {
    return { kept: await tidyKept(admin, target, rules, now, remove), left, notes: [] };
  } catch (error) {
    return { kept: [], left, notes: [`which old databases are kept could not be asked (${told(error)})`] };
  }
}

/** PostgreSQL's words may hold more than its code. */
function told(error: unknown): string {
  const state = stateOf(error);
  return state === null ? 'the connection was lost' : `SQLSTATE ${state}`;
}
