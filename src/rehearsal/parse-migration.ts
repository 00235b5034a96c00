// The parser's door: a migration's text to statements in the words of the rules. The tree comes no further than this room.
import { hasSqlDetails, parse, type RawStmt } from 'libpg-query';
import type { Place } from '../domain/rehearsal/facts.ts';
import type { ParsedStatement } from '../domain/rehearsal/statement.ts';
import { deedsOf } from './deeds.ts';
import { refusesTransaction } from './refuses-transaction.ts';

/** A statement with its own text, without the comments before it and the semicolon after it. */
export interface MigrationStatement extends ParsedStatement {
  readonly text: string;
  /** PostgreSQL runs it only outside of a transaction. */
  readonly refusesTransaction: boolean;
}

export type ParsedMigration =
  | { readonly status: 'parsed'; readonly statements: readonly MigrationStatement[] }
  /** It is not what PostgreSQL 18 reads; `reason` are the parser's words. */
  | { readonly status: 'unreadable'; readonly place: Place; readonly reason: string };

/** Reads one file of a migration. Never throws of what the text says. */
export async function parseMigration(file: string, text: string): Promise<ParsedMigration> {
  const bytes = Buffer.from(text);
  const lineAt = linesOf(bytes);
  let at: Place | null = null;
  try {
    // The parser takes no empty text, and sees nothing in one of comments.
    const { stmts } = await parse(`${text}\n`);
    const statements: MigrationStatement[] = [];
    for (const each of stmts ?? []) {
      if (each.stmt === undefined) continue;
      const { offset, own } = partOf(bytes, each);
      at = { file, line: lineAt(offset) };
      statements.push({
        place: at,
        deeds: await deedsOf(each.stmt),
        text: own,
        refusesTransaction: refusesTransaction(each.stmt),
      });
    }
    return { status: 'parsed', statements };
  } catch (error) {
    if (!hasSqlDetails(error)) throw error;
    if (at !== null) return { status: 'unreadable', place: at, reason: error.message };
    // Nothing was read: the place is the parser's, which counts characters here, and bytes in its tree.
    const before = [...text].slice(0, error.sqlDetails?.cursorPosition ?? 0);
    const line = before.filter((character) => character === '\n').length + 1;
    return { status: 'unreadable', place: { file, line }, reason: error.message };
  }
}

const newline = 10;

/** Asked in the order of the text, so that a large one is gone through once. */
function linesOf(bytes: Buffer): (offset: number) => number {
  let [at, line] = [0, 1];
  return (offset) => {
    for (; at < offset; at += 1) if (bytes[at] === newline) line += 1;
    return line;
  };
}

/** Places are in bytes; a statement without a length goes to the end. */
function partOf(bytes: Buffer, { stmt_location: start = 0, stmt_len: length }: RawStmt) {
  const whole = bytes.subarray(start, length ? start + length : undefined).toString();
  const before = /^(?:\s|--[^\n]*\n|\/\*[\s\S]*?\*\/)*/.exec(whole)?.[0] ?? '';
  return { offset: start + Buffer.byteLength(before), own: whole.slice(before.length).trim().replace(/;$/, '') };
}
