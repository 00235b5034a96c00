import type pg from 'pg';
import { invalidIndexes } from './relations.ts';

/** INVALID indexes of a run that was cut off: whoever runs it again has been told to drop them first. Those of partitions are left. */
export async function dropInvalid(client: pg.Client): Promise<void> {
  for (const name of await invalidIndexes(client)) await client.query(`drop index if exists ${name}`);
}
