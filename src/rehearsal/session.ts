// One connection of the team's command: its messages in their order, each statement handed to the runner.
import type { Socket } from 'node:net';
import { parseMigration, type MigrationStatement } from './parse-migration.ts';
import { openUpstream } from './upstream.ts';
import { openRunner } from './runner.ts';
import type { Sent, Watcher } from './watcher.ts';
import { boundValues, frame, textsOf, type Frame } from './wire-frames.ts';

export interface Session {
  /** A message of the client, in its order. */
  take(frame: Frame): void;
  /** The client has gone. */
  leave(): void;
  /** Resolves when everything that was taken has been told to the watcher. */
  done(): Promise<void>;
}

export const watchedSession =
  (watcher: Watcher) =>
  (client: Socket, server: Socket): Session =>
    openSession(client, server, watcher);

function openSession(client: Socket, server: Socket, watcher: Watcher): Session {
  const upstream = openUpstream(server, ({ bytes }) => void client.write(bytes));
  const named = new Map<string, string>();
  let batch: Frame[] = [];
  let batchText = '';
  let work: Promise<void> = upstream.opened;
  work.catch(() => undefined); // nobody may be waiting when the server refuses the session
  const runner = openRunner({ client, upstream, watcher });
  const end = () => {
    client.destroy();
    server.destroy();
  };
  async function query(asked: Frame): Promise<void> {
    const text = textsOf(asked, 1)[0] ?? '';
    const parsed = await parseMigration('', text);
    const statements = parsed.status === 'parsed' ? parsed.statements : [];
    if (statements.length > 1) return runner.several(statements.map(sentOf));
    return runner.one(statements[0] === undefined ? unread(text) : sentOf(statements[0]), [asked]);
  }

  async function flush(last: Frame): Promise<void> {
    const frames = [...batch, last];
    batch = [];
    const parsed = await parseMigration('', batchText);
    const statement = parsed.status === 'parsed' ? parsed.statements[0] : undefined;
    const values = frames.filter(({ kind }) => kind === 'B').flatMap(boundTexts);
    const sent = { ...(statement === undefined ? unread(batchText) : sentOf(statement)), values };
    if (last.kind === 'S') {
      const isEmpty = !frames.some(({ kind }) => kind === 'E');
      batchText = '';
      if (!isEmpty) return runner.one(sent, frames);
      await upstream.exchange(frames);
      return runner.ready();
    }
    // Nobody is ready after a flush: the rest of the batch follows.
    upstream.send(frames);
    return undefined;
  }

  async function handle(each: Frame): Promise<void> {
    if (each.kind === 'Q') return query(each);
    if (each.kind === 'S' || each.kind === 'H') return flush(each);
    if (each.kind === 'X') return end();
    if (each.kind === 'F') return runner.one(unread('a function called by its number'), [each]);
    if (each.kind === 'P') named.set(...(textsOf(each, 2) as [string, string]));
    if (each.kind === 'P') batchText = textsOf(each, 2)[1] ?? '';
    if (each.kind === 'B') batchText = named.get(textsOf(each, 2)[1] ?? '') ?? batchText;
    batch.push(each);
    return undefined;
  }

  return {
    take: (each) => {
      // Data of a COPY belongs to the statement that runs.
      if (['d', 'c', 'f', 'p'].includes(each.kind)) return upstream.send([each]);
      work = work.then(() => handle(each)).catch(end);
      return undefined;
    },
    done: () => work.catch(() => undefined),
    leave: () => {
      if (upstream.pid() !== 0) watcher.left(runner.migrator, upstream.status() === 'T' && !runner.isWrapped());
      // As a client that ends: what it left running ends with it.
      server.end(frame('X', Buffer.alloc(0)).bytes);
    },
  };
}

const sentOf = (statement: MigrationStatement): Sent => ({
  ...{ text: statement.text, statement },
  isControl: statement.deeds.every(({ kind }) => kind === 'transaction'),
  values: [],
});
const unread = (text: string): Sent => ({ text, statement: null, isControl: text.trim() === '', values: [] });

function boundTexts(bind: Frame): readonly string[] {
  const values = boundValues(bind);
  return values === 'unknown' ? [] : values.filter((each) => each !== null);
}
