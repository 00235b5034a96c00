import { DBOSClient } from '@dbos-inc/dbos-sdk';
import type { Engine } from './engine.ts';

/** An engine that only talks to flows which run elsewhere: for commands that read, or leave a message, and go. */
export function openDbosSpeaker(url: string): Engine {
  let client: Promise<DBOSClient> | null = null;
  const connected = () => (client ??= DBOSClient.create({ systemDatabaseUrl: url }));
  const cannot = (): never => {
    throw new Error('this process was opened for reading');
  };
  return {
    define: () => {},
    open: async () => {},
    start: cannot,
    tell: async (id, message, key) => (await connected()).send(id, message, 'inbox', key),
    async isOpen(id) {
      const flow = await (await connected()).getWorkflow(id);
      return flow !== undefined && flow !== null && ['PENDING', 'ENQUEUED', 'DELAYED'].includes(flow.status);
    },
    close: async () => void (await (await client)?.destroy()),
  };
}
