import { oneWayReason, type MigratedDatabase } from '../domain/migrated-database.ts';
import type { Output } from './output.ts';

/** Read after the order, which waits for nobody: where it cannot be read, the way back goes on and its end is still said. */
export async function sayClosed(
  out: Pick<Output, 'line' | 'note'>,
  read: () => Promise<readonly MigratedDatabase[]>,
): Promise<void> {
  try {
    for (const closed of await read()) out.line(closedWords(closed));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    out.note(`It goes back. Which migrations it leaves behind could not be read: ${reason}`);
  }
}

/** The code goes back, whoever asks for it; whether that helps is for them to know. */
export const closedWords = (closed: MigratedDatabase): string =>
  `The database ${closed.name} stays as migrated, and was not to be gone back over (${oneWayReason(closed)}): the old version may fail on it.`;
