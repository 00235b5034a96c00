// A text of the old version as it was met, in one statement each, with what may be told of it.
import { hasSqlDetails, parse, scan, type Node } from 'libpg-query';
import type { Captured } from './capture.ts';

/** Values as they came with it, as text; they stay in memory. */
export interface Sample {
  readonly text: string;
  /** Null where the text holds them itself. */
  readonly values: readonly (string | null)[] | null;
}

export interface CapturedStatement {
  /** Without values and comments: the only text that is ever told. */
  readonly shown: string;
  /** What PREPARE gets; it may hold values. */
  readonly text: string;
  /** Types of parameters by number, 0 where the old version left it to the server. */
  readonly types: readonly number[];
  /** `query` can be planned; `other` only be run; `session` does nothing to a table. */
  readonly kind: 'query' | 'other' | 'session';
  readonly samples: readonly Sample[];
}

const sessionKinds = new Set(
  ['Transaction', 'VariableSet', 'VariableShow', 'Deallocate', 'Discard', 'Listen', 'Unlisten', 'Notify', 'ClosePortal']
    .map((name) => `${name}Stmt`)
    .concat('CheckPointStmt', 'ConstraintsSetStmt'),
);
const queryKinds = new Set(['SelectStmt', 'InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt']);

function kindOf(statement: Node): CapturedStatement['kind'] {
  const [name] = Object.keys(statement);
  if (sessionKinds.has(name!)) return 'session';
  const isIntoTable = 'SelectStmt' in statement && statement.SelectStmt.intoClause !== undefined;
  return queryKinds.has(name!) && !isIntoTable ? 'query' : 'other';
}

/** What the statistics cut out where a value stands in the syntax itself: `interval $1` is nothing that PostgreSQL reads. */
const readable = (text: string): string =>
  text
    .replaceAll(/\b(interval|date|timestamptz|timestamp|time)\s+(\$\d+)/gi, '($2)::$1')
    .replaceAll(/\bextract\s*\(\s*\$\d+\s+from\b/gi, 'extract(epoch from');

/** Null when the parser reads nothing in it. A text of several statements has no values beside it. */
export async function capturedStatements(met: Captured): Promise<readonly CapturedStatement[] | null> {
  const text = met.values === 'unknown' && met.types.length === 0 ? readable(met.text) : met.text;
  const bytes = Buffer.from(text);
  try {
    const { stmts = [] } = await parse(`${text}\n`);
    const found: CapturedStatement[] = [];
    for (const { stmt, stmt_location: start = 0, stmt_len: length } of stmts) {
      if (stmt === undefined) continue;
      const own = bytes
        .subarray(start, length ? start + length : undefined)
        .toString()
        .trim()
        .replace(/;$/, '');
      const shown = shortened(await withoutValues(own));
      const kind = kindOf(stmt);
      const sample = met.values === 'unknown' ? [] : [{ text: own, values: met.values }];
      found.push({ ...{ shown, text: own, types: met.types, kind }, samples: sample });
    }
    return found;
  } catch (error) {
    if (hasSqlDetails(error)) return null;
    throw error;
  }
}

/** Not every kind of constant has a name at the scanner; each begins with a digit or a dollar, or has a quote in it. */
const isConstant = (token: string, name: string) => name !== 'PARAM' && /^[\d$.]\S|^\d|'/.test(token);
const comments = new Set(['SQL_COMMENT', 'C_COMMENT']);
const mostShown = 400;

/** Every constant is a question mark, comments are gone, white space is one space. Names stay: they are the schema's. */
export async function withoutValues(text: string): Promise<string> {
  const bytes = Buffer.from(text);
  const { tokens } = await scan(text);
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, tokenName } of tokens) {
    parts.push(start > at ? ' ' : '');
    const token = bytes.toString('utf8', start, end);
    if (!comments.has(tokenName)) parts.push(isConstant(token, tokenName) ? '?' : token);
    at = end;
  }
  return parts.join('').replaceAll(/\s+/g, ' ').trim();
}

const shortened = (plain: string): string => (plain.length <= mostShown ? plain : `${plain.slice(0, mostShown)} …`);
