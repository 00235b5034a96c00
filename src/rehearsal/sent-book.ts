// What a migration sent, in its own words, and whether it ended a transaction that was its tool's.
import type { Place } from '../domain/rehearsal/facts.ts';
import type { MigrationStatement } from './parse-migration.ts';
import type { Migrator, Sent } from './watcher.ts';

export interface SentBook {
  note(sent: Sent, place: Place): void;
  /** A word like BEGIN; `stray`: a COMMIT where nothing is open, as the tool's own after the script has ended its transaction. */
  control(migrator: Migrator, sent: Sent): 'stray' | 'fine';
  settle(migrator: Migrator): void;
  /** As the parser read them, in their places; null when it did not read one of them. */
  sent(): readonly MigrationStatement[] | null;
  /** As they were sent, by their number. */
  texts(): readonly string[];
  /** Everything that was sent, and what was bound to it: names of migrations are among it. */
  told(): readonly string[];
}

export function sentBook(): SentBook {
  const [ones, told, open] = [[] as (MigrationStatement | null)[], [] as string[], new Set<number>()];
  const texts: string[] = [];
  return {
    note: (sent, place) => {
      ones.push(sent.statement && { ...sent.statement, place });
      texts.push(sent.text);
      told.push(sent.text, ...sent.values);
    },
    control: ({ pid }, { statement }) => {
      const words = (statement?.deeds ?? []).flatMap((deed) => (deed.kind === 'transaction' ? [deed.word] : []));
      const isStray = words.includes('commit') && !open.has(pid);
      if (words.includes('begin')) open.add(pid);
      return isStray ? 'stray' : 'fine';
    },
    settle: ({ pid }) => void open.delete(pid),
    sent: () => {
      const read = ones.filter((each) => each !== null);
      return read.length === ones.length ? read : null;
    },
    texts: () => texts,
    told: () => told,
  };
}
