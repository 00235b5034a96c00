import { setTimeout as sleep } from 'node:timers/promises';
import { migrateSystemDatabase } from '@dbos-inc/dbos-sdk/internal/system_database';
import { GlobalLogger } from '@dbos-inc/dbos-sdk/internal/telemetry/logs';
import pg from 'pg';

const lock = 727_275;
const askEveryMs = 50;

/** The engine's own tables; two starts on an empty database would crash each other without the lock. */
export async function migrateEngine(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {}); // the query in flight fails of it
  await client.connect();
  try {
    await untilMine(client);
    await migrateSystemDatabase(url, new GlobalLogger(undefined, { logLevel: 'error' }));
  } finally {
    await client.end();
  }
}

/** Asked for again and again: a statement that waits holds a snapshot, and an index that the other one builds concurrently waits for its end. */
async function untilMine(client: pg.Client): Promise<void> {
  for (;;) {
    const { rows } = await client.query<{ mine: boolean }>('select pg_try_advisory_lock($1) as mine', [lock]);
    if (rows[0]!.mine) return;
    await sleep(askEveryMs);
  }
}
