// Large objects of the copy as pieces for the leak proof, whoever has made them: looked through as texts, part by part.
import type { Client } from 'pg';
import * as op from '../kernel/operations.ts';
import { LONGEST_AGAIN } from '../kernel/sought.ts';
import { objectSizes } from './large-objects.ts';
import type { CopyPiece } from './prove-tasks.ts';

/** Of one reader at a time; a larger object is one piece. */
const PIECE_BYTES = 16 * 1024 * 1024;
/** Read as one text, and how much of it is read once more with the next: whatever is sought is shorter, but for a value that is sought as a whole. */
const [PART_BYTES, AGAIN_BYTES] = [65_536, LONGEST_AGAIN];

/** `fresh` is in a transaction that reads. */
export async function objectPieces(fresh: Client): Promise<readonly CopyPiece[]> {
  const { rows } = await fresh.query<{ first: string; last: string }>(
    `SELECT min(oid::int8) AS first, max(oid::int8) AS last FROM (SELECT oid, div(sum(size + ${AGAIN_BYTES}) OVER (ORDER BY oid), ${PIECE_BYTES}) AS piece FROM ${objectSizes()} s) p GROUP BY piece ORDER BY 1`,
  );
  return rows.map(({ first, last }) => ({
    from: `${objectSizes(`m.oid BETWEEN '${first}'::oid AND '${last}'::oid`)} s CROSS JOIN LATERAL generate_series(0, greatest(s.size - 1, 0), ${PART_BYTES}) AS part (at)`,
    ...{ table: 'pg_catalog.pg_largeobject', plannedAs: 'pg_catalog.pg_largeobject' },
    columns: [
      {
        ...{ name: 'data', value: `lo_get(s.oid, part.at, ${PART_BYTES + AGAIN_BYTES})`, kind: op.LOOK_BYTES },
        ...{ rule: undefined, asked: null },
      },
    ],
  }));
}
