import type { Place } from '../domain/rehearsal/facts.ts';
import type { MigrationStatement } from './parse-migration.ts';

/**
 * Where a statement that was sent stands in the files: the next one of the same text, so that two alike have two places. One of the command's
 * own, as its bookkeeping, stands nowhere: it is told by its number.
 */
export function placesOf(statements: readonly MigrationStatement[]): (text: string, number: number) => Place {
  const left = [...statements];
  return (text, number) => {
    const found = left.findIndex((each) => plain(each.text) === plain(text));
    if (found < 0) return { file: 'sent by the migrate command', line: number };
    return left.splice(found, 1)[0]!.place;
  };
}

const plain = (text: string): string => text.replaceAll(/\s+/g, ' ').trim().replace(/;$/, '');
