// Scratch databases: clones of a copy, each with a role that owns it and may do nothing beyond. Known by their names, so that the next run finds what a kill has left.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { takeOver } from './take-over.ts';

const prefix = 'greenroom_rehearsal_';

export interface Scratch {
  readonly name: string;
  /** As the role that rehearses; `place` stands between where it is given. */
  url(place?: { readonly host: string; readonly port: number }): string;
  /** A connection that sees everything. Ended with the clone. */
  connect(applicationName: string): Promise<pg.Client>;
  /** Ends every connection to it but stays its keeper, so that it can be cloned itself. */
  rest(): Promise<void>;
  /** Drops database and role; twice is as once. */
  drop(): Promise<void>;
}

/**
 * Clones a database that nobody is connected to. Its role has no lock timeout: a command gets its lock timeout as in production, by its variables.
 * `adminUrl` is a superuser's of the server that holds the copy. Throws what PostgreSQL answers.
 */
export async function makeScratch({
  adminUrl,
  copy,
  searchPath = null,
}: {
  readonly adminUrl: string;
  readonly copy: string;
  /** What its sessions begin with; null: as everybody. */
  readonly searchPath?: string | null;
}): Promise<Scratch> {
  const name = `${prefix}${randomBytes(6).toString('hex')}`;
  const password = randomBytes(24).toString('hex');
  const open = new Set<pg.Client>();
  const connect = async (applicationName: string) => {
    const client = await openClient(urlOf(adminUrl, { database: name }), applicationName);
    open.add(client);
    return client;
  };
  // Open for as long as the clone is there: by its name a sweep knows that it is not left behind.
  const keeper = await openClient(adminUrl, name);
  const rest = async () => {
    await Promise.all([...open].map((client) => client.end().catch(() => undefined)));
    open.clear();
  };
  const drop = async () => {
    await rest();
    try {
      await withAdmin(adminUrl, (admin) => dropOne(admin, name));
    } finally {
      await keeper.end().catch(() => undefined);
    }
  };
  try {
    await keeper.query(`create role ${name} login nosuperuser nocreatedb nocreaterole password '${password}'`);
    await keeper.query(`create database ${name} owner ${name} template ${pg.escapeIdentifier(copy)}`);
    if (searchPath !== null) {
      await keeper.query(`select set_config('search_path', $1, false)`, [searchPath]);
      await keeper.query(`alter role ${name} in database ${name} set search_path from current`);
      await keeper.query('reset search_path');
    }
    const owner = await connect('greenroom rehearsal');
    await takeOver(owner, name);
  } catch (error) {
    await drop().catch(() => undefined); // the first failure says more
    throw error;
  }
  const url = (place?: { readonly host: string; readonly port: number }) =>
    urlOf(adminUrl, { database: name, user: name, password, ...(place && { place }) });
  return { name, url, connect, rest, drop };
}

const leftQuery = `select rolname as name from pg_catalog.pg_roles where rolname ~ '^${prefix}[0-9a-f]{12}$'
  union select datname from pg_catalog.pg_database where datname ~ '^${prefix}[0-9a-f]{12}$'
  except select application_name from pg_catalog.pg_stat_activity order by 1`;

/** Drops what a rehearsal that was killed has left on this server. Answers the names. One that is at work is left. */
export const sweepScratch = (adminUrl: string): Promise<readonly string[]> =>
  withAdmin(adminUrl, async (admin) => {
    const look = async () => (await admin.query<{ name: string }>(leftQuery)).rows.map(({ name }) => name);
    const first = await look();
    // What another one was just dropping is gone when somebody looks again, and was not left by anybody.
    const left = first.length === 0 ? [] : (await look()).filter((name) => first.includes(name));
    for (const name of left) await dropOne(admin, name);
    return left;
  });

async function dropOne(admin: pg.Client, name: string): Promise<void> {
  await admin.query(`drop database if exists ${name} with (force)`);
  await admin.query(`drop role if exists ${name}`);
}

async function withAdmin<T>(adminUrl: string, work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = await openClient(adminUrl, 'greenroom rehearsal keeper');
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

async function openClient(url: string, applicationName: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, application_name: applicationName });
  client.on('error', () => undefined); // the query in flight fails of it
  await client.connect();
  return client;
}

function urlOf(
  adminUrl: string,
  rest: { database: string; user?: string; password?: string; place?: { host: string; port: number } },
): string {
  const url = new URL(adminUrl);
  url.pathname = `/${rest.database}`;
  if (rest.user !== undefined) Object.assign(url, { username: rest.user, password: rest.password ?? '' });
  if (rest.place !== undefined) Object.assign(url, { hostname: rest.place.host, port: String(rest.place.port) });
  return url.href;
}
