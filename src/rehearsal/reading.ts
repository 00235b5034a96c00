// What the text of a migration says: plain SQL as it lies there, a program's statements as it has sent them.
import type { Place, RehearsalFacts } from '../domain/rehearsal/facts.ts';
import { lint, type KnownIndex } from '../domain/rehearsal/lint.ts';
import { lintPrograms, pendingPrograms } from '../domain/rehearsal/lint-program.ts';
import type { Observation } from './observer.ts';
import type { RehearsalOrder } from './order.ts';
import { parseMigration, type MigrationStatement } from './parse-migration.ts';

const isSql = ({ file }: RehearsalOrder['files'][number]): boolean => /\.sql$/i.test(file);

/** psql and its kin read over a byte order mark. */
const withoutMark = (text: string): string => text.replace(/^\uFEFF/, '');

/** Some tools keep the way back in the same file: node-pg-migrate, dbmate, goose, sql-migrate. */
const upOf = (text: string): string =>
  withoutMark(text).split(/^--[ \t]*(?:Down Migration|migrate:down|\+(?:goose|migrate) Down)\b/im)[0]!;

export interface ReadFiles {
  /** Of the files of plain SQL. Null when one of them is nothing that PostgreSQL reads, or there is no file: then nobody knows what they say. */
  readonly statements: readonly MigrationStatement[] | null;
  /** Where the parser came no further. */
  readonly unread: readonly Place[];
}

export async function readFiles({ files }: RehearsalOrder): Promise<ReadFiles> {
  const parsed = await Promise.all(files.filter(isSql).map(({ file, text }) => parseMigration(file, upOf(text))));
  const unread = parsed.flatMap((each) => (each.status === 'unreadable' ? [each.place] : []));
  if (files.length === 0 || unread.length > 0) return { statements: null, unread };
  return { statements: parsed.flatMap((each) => (each.status === 'parsed' ? each.statements : [])), unread };
}

/** Null when a program sent what the parser does not read. */
export function readingOf(
  { files }: RehearsalOrder,
  statements: readonly MigrationStatement[],
  { statements: seen, sent, told }: Observation,
  indexes: readonly KnownIndex[],
): RehearsalFacts['lint'] {
  const programs = files.filter((file) => !isSql(file));
  if (programs.length === 0) return lint(pendingOf(statements, seen), indexes);
  if (sent === null) return null;
  const places = new Set(seen.map(({ place }) => place.file));
  const written = statements.filter(({ place }) => places.has(place.file));
  // BEGIN and COMMIT are sent by every tool, so of these only what is written in a file of SQL is the migration's own.
  const own = lint(written, indexes).filter(({ reason }) => reason === 'own-transaction');
  return [...lint(sent, indexes), ...own, ...lintPrograms(pendingPrograms(programs, told))];
}

/** Files that were applied long ago lie beside those that were sent. Where none was sent as it is written, nobody knows which those are, and all are read. */
function pendingOf(
  statements: readonly MigrationStatement[],
  sent: Observation['statements'],
): readonly MigrationStatement[] {
  const files = new Set(sent.map(({ place }) => place.file));
  const pending = statements.filter(({ place }) => files.has(place.file));
  return pending.length > 0 ? pending : statements;
}
