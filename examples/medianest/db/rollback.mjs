// One step down: undoes the newest applied migration with its .down.sql.
import { exitCodes, inTransaction, readApplied, readDown, Stop, takeLock, withDatabase } from './migrations.mjs';

await withDatabase(async (client) => {
  await takeLock(client);
  const newest = (await readApplied(client)).at(-1);
  if (newest === undefined) throw new Stop(exitCodes.usage, 'There is nothing to roll back.');
  const sql = readDown(newest.revision);
  await inTransaction(client, newest.revision, async () => {
    await client.query(sql);
    await client.query('DELETE FROM schema_migrations WHERE revision = $1', [newest.revision]);
  });
  console.log(`${newest.revision} undone`);
});
