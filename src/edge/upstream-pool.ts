import { Client } from 'undici';

/** Requests that may not be sent twice only get a connection that was in use this recently, far below any backend's idle limit. */
const freshEnoughMs = 500;
const headersTimeoutMs = 300_000;
const connectTimeoutMs = 5_000;

/** One connection to a backend, with one request at a time on it. */
export interface Upstream {
  readonly client: Client;
  /** Answered before on this very connection: the backend may be closing it while we send. */
  used: boolean;
  idleSinceMs: number;
  dead: boolean;
}

/**
 * Connections to one backend, newest first. undici's own Pool would hide whether a connection was fresh or reused, and that
 * decides whether a failed request may be tried again.
 */
export class UpstreamPool {
  private readonly origin: string;
  private idle: Upstream[] = [];
  private retired = false;

  constructor(host: string, port: number) {
    this.origin = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
  }

  take(wanted: 'any' | 'recent' | 'fresh'): Upstream {
    const last = this.idle.at(-1);
    const reuse =
      last && (wanted === 'any' || (wanted === 'recent' && performance.now() - last.idleSinceMs < freshEnoughMs));
    if (!reuse) return this.connect();
    this.idle.pop();
    return last;
  }

  giveBack(upstream: Upstream): void {
    if (upstream.dead) return;
    if (this.retired) return discard(upstream);
    upstream.used = true;
    upstream.idleSinceMs = performance.now();
    this.idle.push(upstream);
  }

  /** No new requests will come: idle connections go at once, busy ones when their answer is through. */
  retire(): void {
    this.retired = true;
    const idle = this.idle;
    this.idle = [];
    idle.forEach(discard);
  }

  private connect(): Upstream {
    const client = new Client(this.origin, {
      pipelining: 1,
      headersTimeout: headersTimeoutMs,
      // A stream of events may be silent for hours.
      bodyTimeout: 0,
      connect: { timeout: connectTimeoutMs },
    });
    const upstream: Upstream = { client, used: false, idleSinceMs: 0, dead: false };
    client.on('disconnect', () => {
      if (upstream.dead) return;
      upstream.dead = true;
      const index = this.idle.indexOf(upstream);
      if (index !== -1) this.idle.splice(index, 1);
      discard(upstream);
    });
    return upstream;
  }
}

/** A client may not be reused after this; what it still has under way comes to its end. */
export function discard(upstream: Upstream): void {
  upstream.dead = true;
  upstream.client.close().catch(() => undefined);
}
