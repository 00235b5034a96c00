import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands between a store and PostgreSQL, and cuts connections at the one place where nobody can tell what became of a write. */
export interface CuttingProxy {
  /** The database's URL, by way of the proxy. */
  readonly url: string;
  /**
   * From the next COMMIT on cuts `count` of them: `after` PostgreSQL has said that it is done, which the client never hears, or
   * `before` it was passed on.
   */
  cutCommits(when: 'before' | 'after', count?: number): void;
  /** How many were cut. */
  cuts(): number;
  close(): Promise<void>;
}

const asked = Buffer.from('commit\0');
const done = Buffer.from('COMMIT\0');

export async function openCuttingProxy(databaseUrl: string): Promise<CuttingProxy> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let when: 'before' | 'after' = 'after';
  let [left, cut] = [0, 0];
  const server = createServer((client) => {
    const database = connect(Number(target.port), target.hostname);
    let isDoomed = false;
    const end = (): void => {
      client.destroy();
      database.destroy();
    };
    const cutNow = (): void => {
      cut += 1;
      end();
    };
    for (const socket of [client, database]) {
      sockets.add(socket);
      socket.on('error', end);
      socket.on('close', () => (end(), sockets.delete(socket)));
    }
    client.on('data', (bytes) => {
      if (left > 0 && bytes.includes(asked)) {
        left -= 1;
        if (when === 'before') return cutNow();
        isDoomed = true;
      }
      database.write(bytes);
    });
    database.on('data', (bytes) => {
      if (isDoomed && bytes.includes(done)) cutNow();
      else client.write(bytes);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    cutCommits(at, count = 1) {
      [when, left, cut] = [at, count, 0];
    },
    cuts: () => cut,
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
