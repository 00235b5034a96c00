// Looks at the migrator from other sessions: its locks every few milliseconds and, while its transaction is held, in its own.
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import type { Place, SessionDeed, StatementFacts } from '../domain/rehearsal/facts.ts';
import { insideCounts, type InsideCounts } from './inside-counts.ts';
import type { SeenLock } from '../kinds/rehearsals.ts';
import { lockedRows, nextList } from './locked-rows.ts';
import { lockBook } from './lock-book.ts';
import type { LockTimeouts } from './lock-timeouts.ts';
import { locksOf, relationsOf, type Relation } from './relations.ts';
import { sentBook, type SentBook } from './sent-book.ts';
import type { Watcher } from './watcher.ts';

export interface Observer extends Watcher {
  /** What was seen so far. */
  seen(): Observation;
  close(): Promise<void>;
}

export interface Observation {
  readonly statements: readonly StatementFacts[];
  readonly session: readonly SessionDeed[];
  /** Statements after which something was committed and another one followed, by their number from 1. */
  readonly commitsAfter: readonly number[];
  readonly sent: ReturnType<SentBook['sent']>;
  readonly told: ReturnType<SentBook['told']>;
  readonly texts: ReturnType<SentBook['texts']>;
  /** For the drawing: when each lock was first and last seen, in ms since the beginning. */
  readonly locks: readonly SeenLock[];
}

const sampleEveryMs = 4;

interface View {
  /** Its own; nobody else asks through it. */
  readonly client: pg.Client;
  readonly relations: readonly Relation[];
  /** Rows of each table before, by name. */
  readonly rows: ReadonlyMap<string, number>;
  placeOf(text: string, number: number): Place;
  readonly timeouts: LockTimeouts;
  /** Instant of `performance` that times of the drawing are counted from. */
  readonly beganMs: number;
}

export async function openObserver({ client, relations, rows, placeOf, timeouts, beganMs }: View): Promise<Observer> {
  const nameOf = new Map(relations.map(({ oid, name }) => [oid, name]));
  const book = lockBook(nameOf, beganMs);
  const firstList = await nextList(client);
  const counts = new Map<number, InsideCounts>();
  const files = new Map(relations.map(({ oid, file }) => [oid, file]));
  const [statements, session, commits] = [[] as StatementFacts[], new Set<SessionDeed>(), new Set<number>()];
  const current = new Map<number, { startMs: number; wal: string }>();
  const texts = sentBook();
  const sample = async (pids: readonly number[]) => {
    const found = await locksOf(client, pids);
    for (const pid of pids) book.note(pid, found.get(pid) ?? [], performance.now());
  };
  const sampling = sampleAlways(async () => {
    const pids = [...current.keys()];
    if (pids.length > 0) await sample(pids).catch(() => undefined); // a look before each end does not rely on these
  });
  const countsOf = (pid: number) => {
    if (!counts.has(pid)) counts.set(pid, insideCounts(relations, rows, files));
    return counts.get(pid)!;
  };
  return {
    begins: async (migrator, sent) => {
      if (sent.isControl) {
        if (texts.control(migrator, sent) === 'stray') session.add('ends-transaction');
        return 'go';
      }
      await countsOf(migrator.pid).begin(migrator);
      await timeouts.note(migrator);
      if (book.isIdle(migrator.pid) && statements.length > 0) commits.add(statements.length);
      current.set(migrator.pid, { startMs: performance.now(), wal: await walAt(client) });
      return 'go';
    },
    ended: async (migrator, sent, { failedWith, isOpen }) => {
      const began = current.get(migrator.pid);
      if (sent.isControl || began === undefined) return;
      const durationMs = performance.now() - began.startMs;
      if (isOpen) await sample([migrator.pid]);
      current.delete(migrator.pid);
      const inside = isOpen
        ? await countsOf(migrator.pid).look(migrator, (oid) => book.strongestOf(migrator.pid, oid))
        : { rewrites: await newFiles(client, files, nameOf), scans: [], changedWhole: [], rowLocks: [] };
      const locks = book.locksOf(migrator.pid);
      const locked = await lockedRows({ client, migrator, sent, isOpen, rows, locks, firstList });
      if (isOpen && (await timeouts.isOther(migrator))) session.add('sets-lock-timeout');
      const place = placeOf(sent.text, statements.length + 1);
      texts.note(sent, place);
      statements.push({
        place,
        ...{ durationMs, failedWith, walBytes: await walSince(client, began.wal), ...inside },
        rowLocks: [...inside.rowLocks, ...locked],
        locks,
      });
      if (!isOpen) book.settle(migrator.pid, performance.now());
    },
    settled: (migrator) => {
      texts.settle(migrator);
      book.settle(migrator.pid, performance.now());
      counts.get(migrator.pid)?.settle();
    },
    endsTransaction: () => void session.add('ends-transaction'),
    left: (_, isOpen) => {
      if (isOpen) session.add('leaves-transaction-open');
    },
    seen: () => ({
      // Times that locks were held are known only now.
      statements: statements.map(({ locks, ...rest }) => ({ ...rest, locks: locks.map((lock) => ({ ...lock })) })),
      ...{
        sent: texts.sent(),
        told: texts.told(),
        texts: texts.texts(),
        session: [...session],
        commitsAfter: [...commits],
        locks: book.line(),
      },
    }),
    close: sampling.end,
  };
}

function sampleAlways(sample: () => Promise<void>): { end(): Promise<void> } {
  const state = { isClosed: false };
  const sampling = (async () => {
    while (!state.isClosed) {
      await sample();
      await sleep(sampleEveryMs);
    }
  })();
  return {
    end: () => {
      state.isClosed = true;
      return sampling;
    },
  };
}

const walAt = async (client: pg.Client) =>
  (await client.query<{ at: string }>('select pg_current_wal_insert_lsn()::text as at')).rows[0]!.at;

async function walSince(client: pg.Client, start: string): Promise<number> {
  const query = 'select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), $1)::float8 as bytes';
  return (await client.query<{ bytes: number }>(query, [start])).rows[0]!.bytes;
}

/** Files of tables that are others since somebody last looked; of one that ran outside of a transaction. */
async function newFiles(
  client: pg.Client,
  files: Map<number, string | null>,
  nameOf: ReadonlyMap<number, string>,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { oid, file, sizeBytes, kind } of await relationsOf(client)) {
    if (!nameOf.has(oid) || (kind !== 'r' && kind !== 'm') || files.get(oid) === file) continue;
    files.set(oid, file);
    if (sizeBytes > 0) found.push(nameOf.get(oid)!);
  }
  return found;
}
