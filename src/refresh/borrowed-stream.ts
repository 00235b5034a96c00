// A connection's bytes, borrowed from the client while a COPY runs: the client would make an object of every row.
import type { Duplex } from 'node:stream';
import type { Client } from 'pg';
import { lendMemory, takeMemoryBack } from './reading-socket.ts';

/** `connection` is there, only the types of pg leave it out. */
type OpenClient = Client & { readonly connection: { readonly stream: Duplex } };
type Listener = (...args: unknown[]) => void;

export interface BorrowedStream {
  /** What it gives is gone when a listener returns. */
  readonly stream: Duplex;
  /** Begins a statement of the simple protocol. */
  ask(statement: string): void;
  /** When the connection ends while it is borrowed. */
  onLost(act: () => void): void;
  /** The client reads again. Only after ReadyForQuery. */
  giveBack(): void;
}

/** The client must be idle, and stay so until the stream is given back. */
export function borrowStream(client: Client): BorrowedStream {
  const { stream } = (client as OpenClient).connection;
  const own = stream.listeners('data') as Listener[];
  stream.removeAllListeners('data');
  lendMemory(stream);
  const lost: (() => void)[] = [];
  const endings = ['error', 'close'] as const;
  return {
    stream,
    onLost(act) {
      lost.push(act);
      for (const ending of endings) stream.once(ending, act);
    },
    ask(statement) {
      const text = Buffer.from(`${statement}\0`);
      const head = Buffer.from('Q\0\0\0\0');
      head.writeInt32BE(text.length + 4, 1);
      stream.write(Buffer.concat([head, text]));
    },
    giveBack() {
      takeMemoryBack(stream);
      stream.removeAllListeners('data');
      for (const listener of own) stream.on('data', listener);
      for (const act of lost) for (const ending of endings) stream.removeListener(ending, act);
      stream.resume();
    },
  };
}

/** Ends a connection that nobody can go on with. */
export const cut = (client: Client): void => void (client as OpenClient).connection.stream.destroy();

/** A statement over large tables may take long; whoever gives up does not wait for it. */
export async function cutWhenAborted<T>(client: Client, signal: AbortSignal, work: Promise<T>): Promise<T> {
  const abort = (): void => cut(client);
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await work;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
