import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { refreshEnvironment } from '../../src/app/refresh-environment.ts';
import type { OpenWorld } from '../../src/compose.ts';
import { loadRefreshFile } from '../../src/config/refresh.ts';
import { FailureError } from '../../src/domain/failure.ts';
import type { Stage } from './stage.ts';

const run = promisify(execFile);

export interface Refreshing {
  readonly rows: number;
  readonly originals: number;
  readonly tookMs: number;
  /** Addresses at which a real person would get mail, in production and in staging. */
  readonly reachable: { readonly production: number; readonly staging: number };
}

/** Production gets people, and staging a masked copy of them. */
export async function refreshStaging(world: OpenWorld, stage: Stage, signal: AbortSignal): Promise<Refreshing> {
  const { project } = stage.loaded;
  const [production, staging] = await Promise.all(
    ['production', 'staging'].map((name) => world.embedded.ensure(`${project.name}_${name}_main`)),
  );
  await run(process.execPath, [path.join(stage.directory, 'db', 'people.mjs')], {
    env: { ...process.env, DATABASE_URL: production },
    signal,
  });
  const file = loadRefreshFile(path.join(stage.directory, 'refresh.yaml'));
  if (!file.ok) throw new FailureError(...file.failures);
  const beganAt = performance.now();
  const { tables, proof } = await refreshEnvironment(world, {
    ...{ project, environment: 'staging', file: file.value, workerCount: 2, isDryRun: false, isProven: true, signal },
    ...{ actor: 'the demonstration', onStation: () => {}, onProgress: () => {} },
  });
  return {
    rows: tables.reduce((sum, { rowCount }) => sum + rowCount, 0),
    originals: proof?.originalCount ?? 0,
    tookMs: performance.now() - beganAt,
    reachable: { production: await countReachable(production!), staging: await countReachable(staging!) },
  };
}

/** RFC 2606 and RFC 6761: nobody has an address in these. */
const countAddresses = `SELECT count(*)::integer AS count FROM members WHERE email !~ '@([^@]*\\.)?(example|invalid|test)(\\.(com|net|org))?$'`;

async function countReachable(url: string): Promise<number> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<{ count: number }>(countAddresses)).rows[0]!.count;
  } finally {
    await client.end();
  }
}
