// The target's newer schema on the copy: the team's own migrate command, before anything is proven and published.
import type { Client } from 'pg';
import { requireNothingLost } from './ahead.ts';
import { quoted, withDatabase } from './connect.ts';
import { carrySettings } from './database-settings.ts';

/** Runs the migrate command against the database at that address; throws where it fails. */
export type Migrate = (url: string) => Promise<void>;

interface Beside {
  readonly targetUrl: string;
  readonly target: string;
  readonly fresh: string;
}

/** `client` is a connection to the copy. The command meets the database's settings as it does in the target; they are carried over for good later. */
export async function migrateBeside(client: Client, migrate: Migrate, beside: Beside): Promise<void> {
  const { targetUrl, target, fresh } = beside;
  await carrySettings(client, target, fresh);
  await migrate(withDatabase(targetUrl, fresh));
  await client.query(`ALTER DATABASE ${quoted(fresh)} RESET ALL`);
  await requireNothingLost(targetUrl, fresh);
}
