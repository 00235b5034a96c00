// Connections of a refresh. What their role may do is asked elsewhere; here they are only opened and named.
import { Socket } from 'node:net';
import { Client } from 'pg';
import { fail } from '../domain/failure.ts';
import { openReadingSocket } from './reading-socket.ts';

const CONNECT_MS = 20_000;

export interface Door {
  readonly url: string;
  /** For people: `the source`, `the target`. */
  readonly what: string;
}

/** Settings that PostgreSQL has told of this connection, by name. */
export type Told = ReadonlyMap<string, string>;
const told = new WeakMap<Client, Map<string, string>>();
export const settingsTold = (client: Client): Told => told.get(client) ?? new Map();

/** Throws GR5045 without the address's password. `readOnly`: whatever is asked without a word about it, only reads. */
export async function connect({ url, what }: Door, readOnly: boolean, database?: string): Promise<Client> {
  const client = new Client({
    connectionString: database === undefined ? url : withDatabase(url, database),
    connectionTimeoutMillis: CONNECT_MS,
    keepAlive: true,
    application_name: 'greenroom refresh',
    stream: openStream as () => Socket,
    ...(readOnly && { options: '-c default_transaction_read_only=on' }),
  });
  client.on('error', () => {}); // whatever is under way fails of it
  const settings = new Map<string, string>();
  told.set(client, settings);
  client.connection.on('parameterStatus', (message: { parameterName: string; parameterValue: string }) => {
    settings.set(message.parameterName, message.parameterValue);
  });
  try {
    await client.connect();
  } catch (error) {
    fail({
      code: 'GR5045',
      message: `PostgreSQL of ${what} cannot be reached: ${reasonOf(error)}.`,
      where: placeOf(url, database),
      do: 'Look at the address, the role and its password, and whether the database is there.',
    });
  }
  // Whatever the role or the database says: texts, and bytes written as text, are read and compared.
  await client.query("SET client_encoding = 'UTF8'; SET bytea_output = 'hex'");
  return client;
}

/** What is encrypted is read by whoever decrypts it. */
const openStream = ({ ssl }: { readonly ssl?: unknown }): Socket => (ssl ? new Socket() : openReadingSocket());

/** To the database beside the target in which refreshes and seedings of it are told apart. */
export async function openAdmin(targetUrl: string): Promise<Client> {
  const door = { url: targetUrl, what: 'the target' };
  return connect(door, false, 'postgres').catch(() => connect(door, false, 'template1'));
}

function reasonOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : 'no answer';
}

/** Without user and password. */
export function placeOf(url: string, database?: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `${hostname}:${port || '5432'}/${database ?? decodeURIComponent(pathname.slice(1))}`;
}

export function withDatabase(url: string, database: string): string {
  const other = new URL(url);
  other.pathname = `/${encodeURIComponent(database)}`;
  return other.href;
}

/** Empty where the URL names none. */
export const roleOf = (url: string): string => decodeURIComponent(new URL(url).username);
export const databaseOf = (url: string): string => decodeURIComponent(new URL(url).pathname.slice(1));
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const literal = (text: string): string => {
  const whole = `'${text.replaceAll("'", "''")}'`;
  return text.includes('\\') ? ` E${whole.replaceAll('\\', '\\\\')}` : whole;
};

/** Opens as many at once; when one fails, none stays open. */
export async function connectAll(count: number, open: () => Promise<Client>): Promise<readonly Client[]> {
  const tried = await Promise.allSettled(Array.from({ length: count }, open));
  const opened = tried.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
  const failed = tried.find((each) => each.status === 'rejected');
  if (!failed) return opened;
  await Promise.all(opened.map((client) => client.end().catch(() => {})));
  throw failed.reason;
}
