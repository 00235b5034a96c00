// A clone's schema, data and books of migration tools, by which runs are compared.
import type pg from 'pg';
import { compareBooks, isOfBook, type Book, type BookDifference } from '../domain/rehearsal/book.ts';
import { compareData, compareSchemas, type DataFingerprint, type SchemaFact } from '../domain/rehearsal/fingerprint.ts';
import {
  dataColumns,
  dataFingerprint,
  inSnapshot,
  schemaFingerprint,
  type DataColumns,
} from './database-fingerprint.ts';
import type { RehearsalOrder } from './order.ts';
import { readBooks } from './read-books.ts';
import type { Scratch } from './scratch.ts';

export interface State {
  readonly schema: readonly SchemaFact[];
  /** Without the books. */
  readonly data: DataFingerprint;
  readonly books: readonly Book[];
}

export interface Look {
  readonly client: pg.Client;
  /** Reads every row, over the columns that stood when the look was opened. */
  state(): Promise<State>;
}

/** At a clone that nobody has changed yet. */
export async function openLook(scratch: Scratch, { book = null }: Pick<RehearsalOrder, 'book'>): Promise<Look> {
  const client = await scratch.connect('greenroom looker');
  const booksNow = () => inSnapshot(client, () => readBooks(client, book));
  const known = (await booksNow()).map(({ relation }) => relation);
  const columns: DataColumns = (await dataColumns(client)).filter(({ relation }) => !known.includes(relation));
  // Each clone's owner has a name of its own, which says nothing of the schema.
  const plain = (text: string) => text.replaceAll(scratch.name, 'the owner');
  const state = async (): Promise<State> => {
    const books = await booksNow();
    const counters = books.flatMap(({ parts }) => parts);
    const schema = await schemaFingerprint(client);
    const data = await dataFingerprint(client, columns);
    return {
      schema: schema.map(({ name, text }) => ({ name: plain(name), text: plain(text) })),
      data: { ...data, sequences: data.sequences.filter(({ name }) => !counters.includes(name)) },
      books,
    };
  };
  return { client, state };
}

export interface Difference {
  readonly schemaDifferences: readonly string[];
  readonly lostTables: readonly string[];
  readonly movedSequences: readonly string[];
  readonly books: readonly BookDifference[];
}

/** What of the first is not so in the second. That a tool has made its book since is no difference. */
export function differenceOf(before: State, after: State): Difference {
  const made = after.books.filter(({ relation }) => before.books.every((each) => each.relation !== relation));
  return {
    schemaDifferences: compareSchemas(before.schema, after.schema)
      .filter(({ how, name }) => how !== 'new' || !made.some((book) => isOfBook(name, book)))
      .map(({ how, name }) => `${how} ${name}`),
    ...compareData(before.data, after.data),
    books: compareBooks(before.books, after.books),
  };
}

export const isSame = ({ schemaDifferences, lostTables, movedSequences, books }: Difference): boolean =>
  schemaDifferences.length + lostTables.length + movedSequences.length + books.length === 0;
