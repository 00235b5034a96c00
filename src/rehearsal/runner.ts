// Runs what one session sends. What comes outside of a transaction is put into one, so that somebody can look before it commits.
import type { Socket } from 'node:net';
import type { Upstream } from './upstream.ts';
import type { Migrator, Sent, Watcher } from './watcher.ts';
import { queryFrame, readyFrame, type Frame } from './wire-frames.ts';

/** 25001: only outside of a transaction. 2D000: it wanted to end the one it is in. */
const wantsNone = ['25001', '2D000'];

interface Runner {
  readonly migrator: Migrator;
  isWrapped(): boolean;
  /** One statement, in the messages that ask for it. */
  one(sent: Sent, frames: readonly Frame[]): Promise<void>;
  /** Several of one message. */
  several(sends: readonly Sent[]): Promise<void>;
  /** Tells the client that the server waits for it. */
  ready(): void;
}

export function openRunner({
  client,
  upstream,
  watcher,
}: {
  readonly client: Socket;
  readonly upstream: Upstream;
  readonly watcher: Watcher;
}): Runner {
  let isWrapped = false;
  const migrator: Migrator = {
    get pid() {
      return upstream.pid();
    },
    ask: async (query) => (await upstream.ask(query)).rows,
  };
  const ready = () => {
    upstream.release();
    client.write(readyFrame(upstream.status()).bytes);
  };

  /** One statement that the server gets by itself; answers whether the next may follow. */
  async function run(sent: Sent, frames: readonly Frame[], mayRepeat: boolean): Promise<string | null> {
    if ((await watcher.begins(migrator, sent)) === 'cut') throw new Error('cut');
    const { failedWith } = await upstream.exchange(frames);
    const isOpen = upstream.status() === 'T';
    if (!(mayRepeat && failedWith !== null && wantsNone.includes(failedWith)))
      await watcher.ended(migrator, sent, { failedWith, isOpen });
    if (upstream.status() === 'I') watcher.settled(migrator);
    if (!mayRepeat) upstream.release();
    return failedWith;
  }

  async function wrap(): Promise<void> {
    await upstream.ask('begin');
    isWrapped = true;
  }

  /** Ends what `wrap` began; a COMMIT that fails, as of a deferred constraint, is told to the client. */
  async function unwrap(): Promise<void> {
    isWrapped = false;
    const { failure } = await upstream.ask(upstream.status() === 'T' ? 'commit' : 'rollback');
    watcher.settled(migrator);
    if (failure === null) return;
    upstream.release();
    client.write(failure.bytes);
  }

  /** Outside of a transaction after all, when the server wants it so. */
  async function again(sent: Sent, frames: readonly Frame[], failedWith: string): Promise<void> {
    isWrapped = false;
    upstream.drop();
    await upstream.ask('rollback');
    watcher.settled(migrator);
    if (failedWith === '2D000') watcher.endsTransaction();
    await run(sent, frames, false);
  }

  async function one(sent: Sent, frames: readonly Frame[]): Promise<void> {
    const isFree = upstream.status() === 'I' && !isWrapped;
    if (isFree && !sent.isControl && sent.statement?.refusesTransaction !== true) await wrap();
    const mayRepeat = isWrapped;
    const failedWith = await run(sent, frames, mayRepeat);
    if (mayRepeat && failedWith !== null && wantsNone.includes(failedWith)) await again(sent, frames, failedWith);
    if (isWrapped) await unwrap();
    ready();
  }

  /** Several in one message are one transaction for the server, unless they handle transactions themselves. */
  async function several(sends: readonly Sent[]): Promise<void> {
    if (upstream.status() === 'I' && !sends.some(({ isControl }) => isControl)) await wrap();
    for (const sent of sends) if ((await run(sent, [queryFrame(sent.text)], false)) !== null) break;
    if (isWrapped) await unwrap();
    ready();
  }

  return { migrator, isWrapped: () => isWrapped, one, several, ready };
}
