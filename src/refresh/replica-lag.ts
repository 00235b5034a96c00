// How far the replicas of the source are behind, and a gate that is shut while one is too far.
import type { Client } from 'pg';
import { fail } from '../domain/failure.ts';
import { setGate, type Gate } from './pace.ts';

/** Of a replica: by what it has replayed; of a primary: the furthest of those that stream from it. Nobody behind: 0. */
const asked = `
SELECT CASE WHEN pg_is_in_recovery() THEN
    CASE WHEN pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn() THEN 0 ELSE coalesce(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()), 0) * 1000 END
  ELSE coalesce((SELECT max(extract(epoch FROM replay_lag)) FROM pg_stat_replication), 0) * 1000 END::float8 AS "lagMs",
  (SELECT count(*)::int FROM pg_stat_replication WHERE state IS NULL) AS unseen`;

/** `GR5166` where the role cannot see it: what nobody measures would never hold anything. */
export async function lagOf(source: Client): Promise<number> {
  const { rows } = await source.query<{ lagMs: number; unseen: number }>(asked);
  const { lagMs, unseen } = rows[0]!;
  if (unseen > 0)
    fail({
      code: 'GR5166',
      message: 'The role of the source cannot see how far its replicas are behind.',
      where: 'refresh.yaml (source.replica-lag)',
      do: 'GRANT pg_read_all_stats TO the role, or leave replica-lag out.',
    });
  return lagMs;
}

const LOOK_MS = 1000;

/** Shuts the gate while a replica is further behind; answers how to stop. The client is used by nobody else meanwhile. */
export function watchLag(client: Client, mostMs: number, gate: Gate, onFailed: (error: unknown) => void): () => void {
  let isLooking = false;
  let isOver = false;
  const look = async (): Promise<void> => {
    try {
      setGate(gate, (await lagOf(client)) > mostMs);
    } catch (error) {
      if (!isOver) onFailed(error);
    }
    isLooking = false;
  };
  const timer = setInterval(() => {
    if (isLooking) return;
    isLooking = true;
    void look();
  }, LOOK_MS);
  return () => {
    isOver = true;
    clearInterval(timer);
  };
}
