// All values of a table, some rows at a time, each as PostgreSQL writes it in JSON: the same for text, arrays, composites and whatever people made.
import type { Client } from 'pg';
import { quoted } from './connect.ts';

/** About as much is held at once, also of long rows. */
const BATCH_BYTES = 1024 * 1024;
const [FEWEST_ROWS, MOST_ROWS] = [1, 5_000];

/** A column as PostgreSQL writes it in JSON. */
export const asJson = (column: string): string => `to_json(${quoted(column)})::text`;

/** In a transaction. `from`: a table, quoted, with ONLY where it is wanted. `values`: expressions that give texts. Nulls are left out. */
export async function readValues(
  client: Client,
  from: string,
  values: readonly string[],
  signal: AbortSignal,
  onValue: (column: number, json: string) => void,
): Promise<void> {
  if (values.length === 0) return;
  await client.query(`DECLARE greenroom_values NO SCROLL CURSOR FOR SELECT ${values.join(', ')} FROM ${from}`);
  let rowCount = 50;
  for (let isMore = true; isMore;) {
    signal.throwIfAborted();
    const { rows } = await client.query<(string | null)[]>({
      text: `FETCH ${rowCount} FROM greenroom_values`,
      rowMode: 'array',
    });
    let sizeBytes = 0;
    for (const row of rows)
      for (const [i, json] of row.entries())
        if (json !== null) {
          sizeBytes += json.length;
          onValue(i, json);
        }
    isMore = rows.length === rowCount;
    const fitting = Math.floor((rowCount * BATCH_BYTES) / Math.max(1, sizeBytes));
    rowCount = Math.min(MOST_ROWS, rowCount * 4, Math.max(FEWEST_ROWS, fitting));
  }
  await client.query('CLOSE greenroom_values');
}
