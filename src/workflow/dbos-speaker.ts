import { DBOSClient } from '@dbos-inc/dbos-sdk';
import { leaseMs } from '../kinds/lease.ts';
import type { Engine } from './engine.ts';
import { foundFlow } from './found-flow.ts';

/** An engine that only talks to flows which run elsewhere: for commands that read, or leave a message, and go. */
export function openDbosSpeaker(url: string): Engine {
  let client: Promise<DBOSClient> | null = null;
  const connected = () =>
    (client ??= DBOSClient.create({ systemDatabaseUrl: url, systemDatabaseIdleTransactionTimeoutMs: leaseMs }));
  const cannot = (): never => {
    throw new Error('this process was opened for reading');
  };
  return {
    define: () => {},
    open: async () => {},
    start: cannot,
    tell: async (id, message, key) => (await connected()).send(id, message, 'inbox', key),
    find: async (id) => foundFlow(await (await connected()).getWorkflow(id)),
    abandon: cannot,
    close: async () => void (await (await client)?.destroy()),
  };
}
