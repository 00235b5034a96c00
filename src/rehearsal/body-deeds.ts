// The body of a DO block: statements of PL/pgSQL, the SQL in them, and texts that are executed as they are written.
import { hasSqlDetails, parse, parsePlPgSQL, SqlError, type DoStmt, type Node } from 'libpg-query';
import type { Deed } from '../domain/rehearsal/statement.ts';
import { callDeeds } from './call-deeds.ts';

/** What the block does as far as its text says; of a text that is put together at run time nothing. */
export async function bodyDeeds(
  { args }: DoStmt,
  deedsOf: (statement: Node) => Promise<readonly Deed[]>,
): Promise<readonly Deed[]> {
  const option = (name: string) =>
    (args ?? []).flatMap((each) => {
      const said = 'DefElem' in each && each.DefElem.defname === name ? each.DefElem.arg : undefined;
      return said !== undefined && 'String' in said ? [said.String.sval ?? ''] : [];
    })[0];
  const language = option('language') ?? 'plpgsql';
  if (language !== 'plpgsql') return [{ kind: 'administer', object: 'untrusted-function' }];
  const block = await treeOf(option('as') ?? '');
  const found: Deed[] = [];
  for (const part of partsOf(block))
    found.push(...('query' in part ? await queryDeeds(part.query, part.isExecuted, deedsOf) : [part]));
  return found;
}

/** Throws SqlError for a body that PostgreSQL would not take either. */
async function treeOf(body: string): Promise<unknown> {
  try {
    return await parsePlPgSQL(quotedAway(body));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new SqlError(message, { message, cursorPosition: 0 });
  }
}

/** As a function, in a quote that the body does not hold. */
function quotedAway(body: string): string {
  let quote = '$body$';
  while (body.includes(quote)) quote = `${quote.slice(0, -1)}_$`;
  return `create function block() returns void language plpgsql as ${quote}${body}${quote}`;
}

type Part = { readonly query: string; readonly isExecuted: boolean } | (Deed & { readonly kind: 'transaction' });

/** In the order of the text. */
function partsOf(tree: unknown, isExecuted = false): readonly Part[] {
  if (typeof tree !== 'object' || tree === null) return [];
  return Object.entries(tree).flatMap(([tag, value]): readonly Part[] => {
    if (tag === 'PLpgSQL_stmt_commit') return [{ kind: 'transaction', word: 'commit' }];
    if (tag === 'PLpgSQL_stmt_rollback') return [{ kind: 'transaction', word: 'rollback' }];
    if (tag === 'PLpgSQL_expr') return [{ query: (value as { readonly query: string }).query, isExecuted }];
    return partsOf(value, tag === 'PLpgSQL_stmt_dynexecute' || (isExecuted && tag === 'query'));
  });
}

/** An expression is read as what SELECT would be asked; an assignment by what is right of it. */
async function queryDeeds(
  query: string,
  isExecuted: boolean,
  deedsOf: (statement: Node) => Promise<readonly Deed[]>,
): Promise<readonly Deed[]> {
  const direct = await treesOf(query);
  if (direct !== null) return (await Promise.all(direct.map(deedsOf))).flat();
  const asked = (await treesOf(`select ${query}`)) ?? (await treesOf(`select ${query.replace(/^[^=]*:?=/, '')}`));
  if (asked === null) return [];
  const written = isExecuted ? literalOf(asked[0]) : undefined;
  const executed = written === undefined ? null : await treesOf(written);
  return [...callDeeds(asked), ...(await Promise.all((executed ?? []).map(deedsOf))).flat()];
}

async function treesOf(text: string): Promise<readonly Node[] | null> {
  try {
    return ((await parse(text)).stmts ?? []).flatMap(({ stmt }) => (stmt === undefined ? [] : [stmt]));
  } catch (error) {
    if (hasSqlDetails(error)) return null;
    throw error;
  }
}

function literalOf(asked: Node | undefined): string | undefined {
  const target = asked !== undefined && 'SelectStmt' in asked ? asked.SelectStmt.targetList?.[0] : undefined;
  const value = target !== undefined && 'ResTarget' in target ? target.ResTarget.val : undefined;
  return value !== undefined && 'A_Const' in value ? value.A_Const.sval?.sval : undefined;
}
