// Real databases for the corpus: a base that is cloned, an owner without special rights, an application.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { baseScript } from './corpus.ts';

export interface Lab {
  /** A database like the base, with connections that are closed and dropped with it. */
  withClone<T>(work: (clone: Clone) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface Clone {
  /** Who migrates: owns everything, has no rights beyond. */
  readonly owner: pg.Client;
  /** Who uses it: the old and the new version. */
  readonly app: pg.Client;
  /** Who looks on, and may see everything. */
  readonly observer: pg.Client;
  connect(who: Who): Promise<pg.Client>;
}
type Who = 'owner' | 'app' | 'admin';

const password = 'corpus';

export async function openLab(adminUrl: string): Promise<Lab> {
  const admin = await connectTo(adminUrl);
  await admin.query(`create role owner login password '${password}'; create role app login password '${password}'`);
  await admin.query('create database corpus_base owner owner template template0');
  const setup = await connectTo(urlOf(adminUrl, 'corpus_base', 'admin'));
  await setup.query('create extension dblink; create extension postgres_fdw');
  await setup.end();
  const owner = await connectTo(urlOf(adminUrl, 'corpus_base', 'owner'));
  await owner.query(baseScript());
  await owner.end();
  return {
    withClone: (work) => withClone(admin, adminUrl, work),
    close: () => admin.end(),
  };
}

async function withClone<T>(admin: pg.Client, adminUrl: string, work: (clone: Clone) => Promise<T>): Promise<T> {
  const name = `corpus_${randomUUID().slice(0, 8)}`;
  await admin.query(`create database ${name} owner owner template corpus_base`);
  const open: pg.Client[] = [];
  const connect = async (who: Who) => {
    const client = await connectTo(urlOf(adminUrl, name, who));
    open.push(client);
    return client;
  };
  try {
    const [owner, app, observer] = [await connect('owner'), await connect('app'), await connect('admin')];
    return await work({ owner, app, observer, connect });
  } finally {
    await Promise.all(open.map((client) => client.end().catch(() => undefined)));
    await admin.query(`drop database ${name} with (force)`);
    await admin.query('alter role owner reset all');
  }
}

async function connectTo(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // the query in flight fails of it
  await client.connect();
  return client;
}

function urlOf(adminUrl: string, database: string, who: Who): string {
  const url = new URL(adminUrl);
  url.pathname = database;
  if (who !== 'admin') Object.assign(url, { username: who, password });
  return url.href;
}

/** `ends`, or the SQLSTATE. */
export async function outcomeOf(query: Promise<unknown>): Promise<string> {
  try {
    await query;
    return 'ends';
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code !== undefined) return error.code;
    throw error;
  }
}
