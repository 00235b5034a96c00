// What of the settings that reach outside was replaced, as the copy itself shows it.
import type { Client } from 'pg';
import { isOfOutbound, isSunk, type ReachingColumn } from '../domain/refresh/outbound-columns.ts';
import { quoted } from './connect.ts';
import { holdsSink } from './outbound-sql.ts';

export interface OutboundCount extends ReachingColumn {
  /** Rows of the copy that have a value there. */
  readonly valueCount: number;
  /** Of them, how many are replaced: hold a sink, or are masked altogether. Null: the rule may leave what reaches outside. */
  readonly replacedCount: number | null;
}

/** `fresh` is a connection to the copy. */
export async function countOutbound(
  fresh: Client,
  columns: readonly ReachingColumn[],
): Promise<readonly OutboundCount[]> {
  const counted: OutboundCount[] = [];
  for (const column of columns) {
    const { table, name, rule } = column;
    const sunk = isOfOutbound(rule) ? `count(*) FILTER (WHERE ${holdsSink(name)})` : `count(${quoted(name)})`;
    const { rows } = await fresh.query<{ all: string; sunk: string }>(
      `SELECT count(${quoted(name)}) AS all, ${sunk} AS sunk FROM ${table}`,
    );
    const { all, sunk: replaced } = rows[0]!;
    counted.push({
      ...column,
      valueCount: Number(all),
      replacedCount: rule.kind === 'keep' ? 0 : isSunk(rule) ? Number(replaced) : null,
    });
  }
  return counted;
}
