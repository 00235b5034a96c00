import { Agent, request } from 'undici';

export interface Answer {
  readonly sentAt: number;
  readonly endedAt: number;
  /** 0 when there was none. */
  readonly status: number;
}

const now = (): number => performance.timeOrigin + performance.now();

/** Requests at a steady rate, whatever the answers do; every one is kept. */
export class PacedRequests {
  readonly answers: Answer[] = [];
  readonly #agent = new Agent({ connections: 64, pipelining: 1 });
  readonly #open = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  readonly #url: string;

  constructor(url: string, ratePerSecond: number) {
    this.#url = url;
    let sent = 0;
    const beganMs = performance.now();
    this.#timer = setInterval(() => {
      for (; sent < ((performance.now() - beganMs) * ratePerSecond) / 1_000; sent += 1) this.#send();
    }, 5);
  }

  #send(): void {
    const sentAt = now();
    const keep = (status: number): void => void this.answers.push({ sentAt, endedAt: now(), status });
    const asked = request(this.#url, { dispatcher: this.#agent, headersTimeout: 10_000, bodyTimeout: 10_000 })
      .then(async ({ statusCode, body }) => {
        await body.dump();
        keep(statusCode);
      })
      .catch(() => keep(0));
    this.#open.add(asked);
    void asked.finally(() => this.#open.delete(asked));
  }

  async stop(): Promise<readonly Answer[]> {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
    await this.#agent.close();
    return this.answers.toSorted((a, b) => a.endedAt - b.endedAt);
  }
}

export interface BadTime {
  readonly bad: number;
  readonly all: number;
  readonly badMs: number;
  readonly lastBadAt: number;
}

export const isBad = ({ status }: Answer): boolean => status === 0 || status >= 500;

/** From the end of the first bad answer to that of the last; answers in the order in which they ended. */
export function badTime(answers: readonly Answer[]): BadTime {
  const bad = answers.filter(isBad);
  const lastBadAt = bad.at(-1)?.endedAt ?? 0;
  return { bad: bad.length, all: answers.length, badMs: lastBadAt - (bad[0]?.endedAt ?? 0), lastBadAt };
}
