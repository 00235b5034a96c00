import { Agent, request } from 'node:http';
import type { Socket } from 'node:net';

export interface Probe {
  readonly sentAt: number;
  readonly endedAt: number;
  readonly release: string | null;
  /** Null: answered 200, whole. */
  readonly error: string | null;
  /** For how long its connection had nothing to do before; null: it is a new one. */
  readonly idleMs: number | null;
}

const gapMs = 20;
const patienceMs = 15_000;
/** A connection that was idle for longer is not used again: proxies close those after a minute, and a client that this machine stalls for seconds would meet that. */
const idleForMs = 20_000;

/** What users see: 50 requests a second through the public ports, each sent when it is due, whatever became of those before. */
export class ProbeStream {
  readonly probes: Probe[] = [];
  readonly #ports: readonly number[];
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 50, timeout: idleForMs });
  readonly #usedAt = new WeakMap<Socket, number>();
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout;
  #sent = 0;
  #open = 0;

  constructor(ports: readonly number[]) {
    this.#ports = ports;
    this.#timer = setInterval(() => this.#sendDue(), 5);
  }

  failures(fromAt = 0, toAt = Number.POSITIVE_INFINITY): readonly Probe[] {
    return this.probes.filter(({ error, sentAt }) => error !== null && sentAt >= fromAt && sentAt <= toAt);
  }

  /** Sends no more and waits for what is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    const endMs = performance.now() + patienceMs;
    while (this.#open > 0 && performance.now() < endMs) await new Promise((resolve) => setTimeout(resolve, 10));
    this.#agent.destroy();
  }

  #sendDue(): void {
    while (this.#sent * gapMs <= performance.now() - this.#startedAt) {
      this.#send(this.#ports[this.#sent % this.#ports.length] ?? 0);
      this.#sent += 1;
    }
  }

  #send(port: number): void {
    const sentAt = Date.now();
    let release: string | null = null;
    let idleMs: number | null = null;
    let isOver = false;
    this.#open += 1;
    const finish = (error: string | null): void => {
      if (isOver) return;
      isOver = true;
      this.#open -= 1;
      this.probes.push({ sentAt, endedAt: Date.now(), release, error, idleMs });
      if (outgoing.socket) this.#usedAt.set(outgoing.socket, Date.now());
    };
    const outgoing = request({ host: '127.0.0.1', port, path: '/', agent: this.#agent, timeout: patienceMs });
    outgoing.on('socket', (socket) => {
      const usedAt = this.#usedAt.get(socket);
      idleMs = usedAt === undefined ? null : Date.now() - usedAt;
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer')));
    outgoing.on('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
    outgoing.on('response', (response) => {
      release = String(response.headers['x-release'] ?? '') || null;
      response.on('error', (error: NodeJS.ErrnoException) => finish(error.code ?? error.message));
      response.on('end', () =>
        finish(response.complete && response.statusCode === 200 ? null : `status ${response.statusCode}`),
      );
      response.resume();
    });
    outgoing.end();
  }
}
