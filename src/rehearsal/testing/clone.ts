// A small copy, and a clone of it, on a real PostgreSQL.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { makeScratch, type Scratch } from '../scratch.ts';

const schema = `
create table users (id int generated always as identity primary key, name text, total int not null default 0);
create table notes (id int primary key, user_id int references users (id) deferrable initially deferred);
insert into users (name) select 'n' || g from generate_series(1, 300) g;
analyze`;

/** Runs `work` with the name of a database made by the script; it is dropped afterwards. */
export async function withCopy<T>(adminUrl: string, work: (copy: string) => Promise<T>, script = schema): Promise<T> {
  const copy = `copy_${randomBytes(4).toString('hex')}`;
  const ask = async (database: string, text: string) => {
    const client = new pg.Client({ connectionString: Object.assign(new URL(adminUrl), { pathname: database }).href });
    await client.connect();
    await client.query(text).finally(() => client.end());
  };
  await ask('postgres', `create database ${copy}`);
  try {
    await ask(copy, script);
    return await work(copy);
  } finally {
    await ask('postgres', `drop database ${copy} with (force)`);
  }
}

export const withClone = <T>(adminUrl: string, work: (scratch: Scratch) => Promise<T>): Promise<T> =>
  withCopy(adminUrl, async (copy) => {
    const scratch = await makeScratch({ adminUrl, copy });
    try {
      return await work(scratch);
    } finally {
      await scratch.drop();
    }
  });

export async function openClient(connectionString: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString });
  client.on('error', () => undefined); // the query in flight fails of it
  await client.connect();
  return client;
}
