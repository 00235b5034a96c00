// Brings the database up to this version's schema. Safe to run twice and side by side.
// A database that is already further (a newer version migrated it) is left alone: newer schemas only add.
import {
  ensureTable,
  exitCodes,
  inTransaction,
  readApplied,
  readMigrations,
  Stop,
  takeLock,
  withDatabase,
} from './migrations.mjs';

await withDatabase(async (client) => {
  const migrations = readMigrations();
  await takeLock(client);
  await ensureTable(client);
  const applied = new Map((await readApplied(client)).map(({ revision, digest }) => [revision, digest]));
  const changed = migrations.find(({ revision, digest }) => applied.has(revision) && applied.get(revision) !== digest);
  if (changed)
    throw new Stop(
      exitCodes.usage,
      `${changed.revision} was changed after it had been applied. Add a new migration instead.`,
    );

  const pending = migrations.filter(({ revision }) => !applied.has(revision));
  for (const { revision, sql, digest } of pending) {
    const beganAtMs = performance.now();
    await inTransaction(client, revision, async () => {
      await client.query(sql);
      await client.query('INSERT INTO schema_migrations (revision, digest) VALUES ($1, $2)', [revision, digest]);
    });
    console.log(`${revision} applied in ${Math.round(performance.now() - beganAtMs)} ms`);
  }
  if (pending.length === 0) console.log('nothing to apply');
});
