// Which locks each process was seen with, and for how long.
import { strongest, type LockMode } from '../domain/rehearsal/lock-mode.ts';
import type { SeenLock } from '../kinds/rehearsals.ts';
import type { HeldLock } from './relations.ts';

interface Entry {
  readonly oid: number;
  readonly mode: LockMode;
  readonly fromMs: number;
  toMs: number;
  isHeld: boolean;
}
type Held = { readonly relation: string; readonly mode: LockMode; readonly heldMs: number };

export interface LockBook {
  /** What one look has found; a lock that was waited for counts as one that it takes. */
  note(pid: number, locks: readonly HeldLock[], nowMs: number): void;
  /** Strongest on each relation in the transaction that runs. The time they are held goes on until it settles. */
  locksOf(pid: number): readonly Held[];
  strongestOf(pid: number, oid: number): LockMode | null;
  /** Whether its transaction has taken nothing yet. */
  isIdle(pid: number): boolean;
  settle(pid: number, nowMs: number): void;
  /** All that were seen, in ms since the beginning. */
  line(): readonly SeenLock[];
}

/** Only relations that stood before are noted. */
export function lockBook(nameOf: ReadonlyMap<number, string>, beganMs: number): LockBook {
  const running = new Map<number, Entry[]>();
  const all: Entry[] = [];
  const entriesOf = (pid: number) => running.get(pid) ?? [];
  return {
    note: (pid, locks, nowMs) => {
      const entries = entriesOf(pid);
      for (const { oid, mode } of locks.filter((lock) => nameOf.has(lock.oid))) {
        const known = entries.find((each) => each.oid === oid && each.mode === mode);
        if (known !== undefined) known.toMs = nowMs;
        else {
          const entry: Entry = { oid, mode, fromMs: nowMs, toMs: nowMs, isHeld: true };
          entries.push(entry);
          all.push(entry);
        }
      }
      running.set(pid, entries);
    },
    locksOf: (pid) => {
      const entries = entriesOf(pid);
      return [...new Set(entries.map(({ oid }) => oid))].map((oid) => {
        const own = entries.filter((each) => each.oid === oid);
        const mode = strongest(own.map((each) => each.mode))!;
        const entry = own.find((each) => each.mode === mode)!;
        return {
          ...{ relation: nameOf.get(oid)!, mode },
          // Read when the facts are, after its transaction has ended.
          get heldMs() {
            return entry.toMs - entry.fromMs;
          },
        };
      });
    },
    strongestOf: (pid, oid) =>
      strongest(
        entriesOf(pid)
          .filter((each) => each.oid === oid)
          .map(({ mode }) => mode),
      ),
    isIdle: (pid) => !running.has(pid),
    settle: (pid, nowMs) => {
      for (const entry of entriesOf(pid)) Object.assign(entry, { toMs: nowMs, isHeld: false });
      running.delete(pid);
    },
    line: () =>
      all.map(({ oid, mode, fromMs, toMs }) => ({
        ...{ relation: nameOf.get(oid)!, mode },
        ...{ fromMs: fromMs - beganMs, toMs: toMs - beganMs },
      })),
  };
}
