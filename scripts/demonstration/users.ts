import { Agent, request } from 'undici';

/** People who use production while releases come and go: every request counts, and every pause without an answer. */
export interface Users {
  tally(): {
    readonly requests: number;
    readonly failed: number;
    readonly longestPauseMs: number;
    readonly releases: ReadonlySet<string>;
  };
  leave(): Promise<void>;
}

const everyMs = 40;

export function sendUsers(urls: readonly string[]): Users {
  const agent = new Agent({ connections: 16, pipelining: 1 });
  const releases = new Set<string>();
  let requests = 0;
  let failed = 0;
  let longestPauseMs = 0;
  let answeredAt = performance.now();
  const open = new Set<Promise<void>>();
  const ask = async (url: string) => {
    requests += 1;
    try {
      const { statusCode, headers, body } = await request(url, {
        dispatcher: agent,
        headersTimeout: 10_000,
        bodyTimeout: 10_000,
      });
      await body.dump();
      if (statusCode >= 500) failed += 1;
      else {
        const now = performance.now();
        longestPauseMs = Math.max(longestPauseMs, now - answeredAt);
        answeredAt = now;
        if (typeof headers['x-release'] === 'string') releases.add(headers['x-release']);
      }
    } catch {
      failed += 1;
    }
  };
  let turn = 0;
  const timer = setInterval(() => {
    const asked = ask(urls[(turn += 1) % urls.length]!);
    open.add(asked);
    void asked.finally(() => open.delete(asked));
  }, everyMs);
  return {
    tally: () => ({ requests, failed, longestPauseMs: Math.round(longestPauseMs), releases }),
    async leave() {
      clearInterval(timer);
      await Promise.all(open);
      await agent.close();
    },
  };
}
