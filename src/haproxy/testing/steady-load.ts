import { Agent } from 'node:http';
import { ask } from '../../edge/testing/rig.ts';

export interface Reply {
  /** On this process's clock. */
  readonly beganMs: number;
  readonly endedMs: number;
  /** `200 blue`, or what went wrong. */
  readonly seen: string;
}

/** Callers of three kinds that ask one after the other until they are stopped: connections kept, connections fresh, and bodies. */
export function steadyLoad(port: number, callers = 12): { readonly replies: readonly Reply[]; stop(): Promise<void> } {
  const agent = new Agent({ keepAlive: true, maxSockets: callers });
  const replies: Reply[] = [];
  const ending = new AbortController();
  const call = async (kind: number): Promise<void> => {
    while (!ending.signal.aborted) {
      const beganMs = performance.now();
      const options = kind === 1 ? { agent: false as const } : { agent };
      const work =
        kind === 2
          ? ask({ port, path: '/echo', method: 'POST', ...options }, Buffer.from('body'))
          : ask({ port, path: '/', ...options });
      const seen = await work.then(
        ({ status, headers, text }) =>
          kind === 2 && status === 200 && text !== 'body'
            ? 'body lost'
            : `${status} ${String(headers['x-release'] ?? 'nobody')}`,
        (error: Error) => `error ${error.message}`,
      );
      replies.push({ beganMs, endedMs: performance.now(), seen });
      // Whoever is refused must not starve those who are to bring the proxy back.
      if (seen.startsWith('error')) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const all = Array.from({ length: callers }, (_, index) => call(index % 3));
  return {
    replies,
    async stop() {
      ending.abort();
      await Promise.all(all);
      agent.destroy();
    },
  };
}
