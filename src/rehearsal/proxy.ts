// A place before the copy that the team's command connects to instead.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { Session } from './session.ts';
import { openingCode, openingCodes, takeFrames } from './wire-frames.ts';

export interface Proxy {
  readonly port: number;
  /** Ends every connection. */
  close(): Promise<void>;
}

/** What stands between one client and the server; everything of both comes to it but the client's opening. */
export type OpenSession = (client: Socket, server: Socket) => Session;

/** Listens on a free port of this machine. Asks for no TLS, and speaks none with the server. */
export async function openProxy(target: { host: string; port: number }, openSession: OpenSession): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const sessions = new Set<Session>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
  };
  const server = createServer((client) => {
    keep(client);
    serve({ client, target, openSession, keep, sessions });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const each of sockets) each.destroy();
      await closed;
      await Promise.all([...sessions].map((each) => each.done()));
    },
  };
}

function serve({
  client,
  target,
  openSession,
  keep,
  sessions,
}: {
  readonly client: Socket;
  readonly target: { host: string; port: number };
  readonly openSession: OpenSession;
  readonly keep: (socket: Socket) => void;
  readonly sessions: Set<Session>;
}): void {
  let rest: Buffer = Buffer.alloc(0);
  let session: Session | null = null;
  const upstream = () => {
    const server = connect(target);
    keep(server);
    server.on('close', () => client.destroy());
    return server;
  };
  client.on('data', (chunk: Buffer) => {
    const { frames, rest: left } = takeFrames(Buffer.concat([rest, chunk]), session === null);
    rest = left;
    for (const each of frames) {
      if (session !== null) session.take(each);
      else if (openingCode(each) === openingCodes.tls || openingCode(each) === openingCodes.gss) client.write('N');
      else if (openingCode(each) === openingCodes.cancel) upstream().end(each.bytes);
      else {
        const server = upstream();
        session = openSession(client, server);
        sessions.add(session);
        server.write(each.bytes);
      }
    }
  });
  client.on('close', () => session?.leave());
}
