import { Pool } from 'undici';
import type { LoadPlan, LoadRequest, LoadTarget } from './plan.ts';
import type { Ending } from './recorder.ts';

const DEFAULT_MAX_BODY_BYTES = 10 * 1024 * 1024;

/** Sends the requests of one target; one connection per open request, nothing queued behind another. */
export class Sender {
  readonly #pool: Pool;
  readonly #plan: LoadPlan;
  #inFlight = 0;

  constructor(target: LoadTarget, plan: LoadPlan) {
    this.#plan = plan;
    this.#pool = new Pool(new URL(target.baseUrl).origin, {
      connections: plan.maxInFlight,
      pipelining: 1,
      // One clock decides, the one below; these must only never come first.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: plan.timeoutMs * 2 },
    });
  }

  /** Never rejects. `intendedMs` is on the `performance.now()` clock. */
  async send(request: LoadRequest, intendedMs: number): Promise<Ending> {
    if (this.#inFlight >= this.#plan.maxInFlight) {
      return { class: 'not-sent', reason: `${this.#plan.maxInFlight} requests were open`, latencyMs: 0 };
    }
    this.#inFlight++;
    const abort = new AbortController();
    let timedOut = false;
    const timer = setTimeout(
      () => {
        timedOut = true;
        abort.abort();
      },
      Math.max(0, intendedMs + this.#plan.timeoutMs - performance.now()),
    );
    const ending = await this.#exchange(request, abort.signal).catch((error: unknown) => failed(error));
    clearTimeout(timer);
    this.#inFlight--;
    const latencyMs = performance.now() - intendedMs;
    if (timedOut) return { class: 'timeout', reason: `no full answer in ${this.#plan.timeoutMs} ms`, latencyMs };
    return { ...ending, latencyMs };
  }

  async #exchange(request: LoadRequest, signal: AbortSignal): Promise<Omit<Ending, 'latencyMs'>> {
    const { statusCode, body } = await this.#pool.request({
      method: request.method,
      path: request.path,
      headers: request.headers ?? null,
      body: request.body ?? null,
      signal,
    });
    const limitBytes = this.#plan.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES;
    let sizeBytes = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      sizeBytes += chunk.length;
      // Leaving the loop destroys the body and with it the connection.
      if (sizeBytes > limitBytes) return { class: 'transport', reason: `body is longer than ${limitBytes} bytes` };
    }
    if (isExpected(statusCode, request.expectStatus)) return { class: 'ok', reason: '' };
    return { class: 'wrong-status', reason: `status ${statusCode}` };
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

function isExpected(status: number, expected: LoadRequest['expectStatus']): boolean {
  if (expected === undefined) return status >= 200 && status < 400;
  return typeof expected === 'number' ? status === expected : expected.includes(status);
}

function failed(error: unknown): Omit<Ending, 'latencyMs'> {
  if (!(error instanceof Error)) return { class: 'transport', reason: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return { class: 'transport', reason: `${code}: ${error.message}`.slice(0, 200) };
}
