// A backup restored into a scratch database, and held against the database it is of. What was made for it is gone afterwards.
import pg from 'pg';
import { fail, FailureError } from '../domain/failure.ts';
import { compareSchemas } from '../domain/rehearsal/fingerprint.ts';
import type { RestoredBackup, RestoreRequest } from '../kinds/rehearsals.ts';
import { largeObjects, rowCounts, schemaFingerprint } from './database-fingerprint.ts';
import { openExtensions } from './open-extensions.ts';
import { askServer, type ServerFacts } from './server-facts.ts';
import { makeScratch, sweepScratch } from './scratch.ts';

export async function restoreBackup(request: RestoreRequest, signal: AbortSignal): Promise<RestoredBackup> {
  const { server, original, onProgress = () => undefined } = request;
  signal.throwIfAborted();
  const there = await askServer(server, 'the scratch server', 'server of the check backup');
  const here = await askServer(original, 'the database that is backed up', 'the check backup');
  judgeServers(there, here, request.isOwnServer);
  const swept = await sweepScratch(server);
  const scratch = await makeScratch({ adminUrl: server, copy: 'template0' });
  try {
    const admin = await scratch.connect('greenroom rehearsal');
    await openExtensions(admin, scratch.name, here.extensions);
    onProgress('restoring the backup');
    const beganMs = performance.now();
    const { isDone } = await request.restore(scratch.url(), signal);
    const restoreMs = performance.now() - beganMs;
    signal.throwIfAborted();
    if (!isDone) return { isDone, restoreMs, differences: [], tables: [], swept };
    onProgress('comparing');
    const old = await connected(original, signal, async (client) => ({
      schema: await schemaFingerprint(client, false),
      counts: await rowCounts(client),
    }));
    const schema = await schemaFingerprint(admin, false);
    const counts = await rowCounts(admin);
    signal.throwIfAborted();
    const tables = [...old.counts].map(([name, originalCount]) => ({
      ...{ name, originalCount, rowCount: counts.get(name) ?? (name === largeObjects ? 0 : null) },
    }));
    return { isDone, restoreMs, differences: compareSchemas(old.schema, schema), tables, swept };
  } finally {
    await scratch.drop();
  }
}

function judgeServers(there: ServerFacts, here: ServerFacts, isOwnServer: boolean): void {
  if (!there.isSuper)
    fail({
      code: 'GR5152',
      message:
        'The role of the scratch server is no superuser, so it cannot make a database and a role to restore into it.',
      where: 'server of the check backup',
      do: 'Name a superuser of a server that holds nothing but copies.',
    });
  if (there.identity === here.identity && !isOwnServer)
    fail({
      code: 'GR5151',
      message: 'The scratch server is the server of the database that is backed up.',
      where: 'server of the check backup',
      do: 'Restore on another server: what is restored beside the original proves nothing of a server that is lost, and slows it down.',
    });
  if (there.major !== here.major)
    fail({
      code: 'GR5153',
      message: `The scratch server is PostgreSQL ${there.major}, and the database that is backed up is on ${here.major}.`,
      where: 'server of the check backup',
      do: 'Use a scratch server of the same major version: what they say of a schema can be compared only then.',
    });
}

/** In the check's own time: whoever gives up cuts the connection. */
async function connected<T>(url: string, signal: AbortSignal, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: 10_000,
    application_name: 'greenroom backup',
  });
  client.on('error', () => undefined); // the query in flight fails of it
  const cut = () => client.connection.stream.destroy();
  try {
    await client.connect();
    signal.addEventListener('abort', cut, { once: true });
    return await work(client);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof Error) || error instanceof FailureError) throw error;
    const code = 'code' in error ? ` (${String(error.code)})` : '';
    return fail({
      code: 'GR5154',
      message: `The database that is backed up could not be read${code}.`,
      where: 'the check backup',
      do: 'Name a role that may SELECT from every table:  reader: secret://env/READER  and  GRANT pg_read_all_data.',
    });
  } finally {
    signal.removeEventListener('abort', cut);
    await client.end().catch(() => undefined);
  }
}
