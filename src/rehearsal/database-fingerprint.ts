// Fingerprints of a database: what its schema says, and what its tables hold over the columns that stood at a time.
import type { ClientBase } from 'pg';
import type { DataFingerprint, SchemaFact, SequenceState, TableData } from '../domain/rehearsal/fingerprint.ts';
import {
  columnsQuery,
  largeObjectCountQuery,
  largeObjectsQuery,
  plainSession,
  schemaQueries,
  sequencesQuery,
  tableDataQuery,
} from './schema-queries.ts';

/** Columns by table, quoted, by which data of before and after are compared. */
export type DataColumns = readonly { readonly relation: string; readonly columns: readonly string[] }[];

/** They are in no table of anybody's, and compare as one. */
export const largeObjects = 'large objects';

/** Everything is read in one snapshot. The client must not be in a transaction. Throws what PostgreSQL answers. */
export const schemaFingerprint = (client: ClientBase, withOwners = true): Promise<readonly SchemaFact[]> =>
  inSnapshot(client, async () => {
    const facts: SchemaFact[] = [];
    for (const query of schemaQueries(withOwners)) {
      const { rows } = await client.query<string[]>({ text: query, rowMode: 'array' });
      facts.push(...rows.map(([name, text]) => ({ name: name!, text: text ?? '' })));
    }
    return facts;
  });

export const dataColumns = (client: ClientBase): Promise<DataColumns> =>
  inSnapshot(client, async () => (await client.query<DataColumns[number]>(columnsQuery)).rows);

/** Of tables that are gone, or lack one of the columns, there is nothing: they compare as lost. Reads every row. */
export const dataFingerprint = (client: ClientBase, asked: DataColumns): Promise<DataFingerprint> =>
  inSnapshot(client, async () => {
    const { rows: standing } = await client.query<DataColumns[number]>(columnsQuery);
    const isWhole = ({ relation, columns }: DataColumns[number]) => {
      const now = standing.find((each) => each.relation === relation)?.columns ?? [];
      return columns.every((column) => now.includes(column));
    };
    const tables: TableData[] = [];
    for (const { relation, columns } of asked.filter(isWhole)) {
      const { rows } = await client.query<Omit<TableData, 'relation'>>(tableDataQuery(relation, columns));
      tables.push({ relation, ...rows[0]! });
    }
    const { rows: large } = await client.query<Omit<TableData, 'relation'>>(largeObjectsQuery);
    if (large[0]!.rows > 0) tables.push({ relation: largeObjects, ...large[0]! });
    return { tables, sequences: (await client.query<SequenceState>(sequencesQuery)).rows };
  });

/** How many rows each table has, partitions one by one, and how many large objects there are. Reads every row. */
export const rowCounts = (client: ClientBase): Promise<ReadonlyMap<string, number>> =>
  inSnapshot(client, async () => {
    const { rows: standing } = await client.query<DataColumns[number]>(columnsQuery);
    const counts = new Map<string, number>();
    for (const { relation } of standing) {
      const { rows } = await client.query<{ count: number }>(`select count(*)::float8 as count from only ${relation}`);
      counts.set(relation, rows[0]!.count);
    }
    const { rows: large } = await client.query<{ count: number }>(largeObjectCountQuery);
    if (large[0]!.count > 0) counts.set(largeObjects, large[0]!.count);
    return counts;
  });

export async function inSnapshot<T>(client: ClientBase, read: () => Promise<T>): Promise<T> {
  await client.query('begin isolation level repeatable read read only');
  try {
    await client.query(plainSession);
    return await read();
  } finally {
    await client.query('rollback');
  }
}
