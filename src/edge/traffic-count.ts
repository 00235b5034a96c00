import { countByAge } from '../domain/waiting-requests.ts';

/** Upper bounds of the latency buckets in milliseconds; the last bucket takes everything above. */
const latencyBoundsMs = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000] as const;

/** Counters of one pointing, since it was made. Plain numbers, so that asking costs nothing. */
export interface LaneLoad {
  readonly epoch: number;
  readonly colour: string;
  readonly release: string | null;
  readonly active: boolean;
  readonly countedSinceAt: number;
  readonly httpInFlight: number;
  readonly webSockets: number;
  readonly webSocketsTotal: number;
  /** Requests that ended: answered, failed or given up by the client. */
  readonly requests: number;
  readonly status5xx: number;
  /** The backend did not answer, or broke off its answer. */
  readonly transportErrors: number;
  readonly clientAborts: number;
  /** Of those, whole requests that had no answer yet. */
  readonly givenUp: number;
  readonly retries: number;
  /** When the first 5xx answer or transport error was given. */
  readonly firstErrorAt: number | null;
  /** How many requests without an answer have waited for longer than each of `waitStepsMs`, and how long the slowest answer took to begin. */
  readonly unanswered: readonly number[];
  readonly slowestAnswerMs: number;
  /** How many requests ended within each bound of `latencyBoundsMs`, and above. */
  readonly latencyBuckets: readonly number[];
}

export type RequestEnd =
  | { readonly kind: 'answered'; readonly statusCode: number }
  | { readonly kind: 'broken' }
  | { readonly kind: 'given-up'; readonly isWaiting: boolean };

/** A request without an answer. */
export interface Unanswered {
  /** When the last of it had come, by `performance.now()`; null: some of it is still to come. */
  readonly wholeMs: number | null;
}

export class TrafficCount {
  httpInFlight = 0;
  webSockets = 0;
  webSocketsTotal = 0;
  requests = 0;
  status5xx = 0;
  transportErrors = 0;
  clientAborts = 0;
  givenUp = 0;
  retries = 0;
  firstErrorAt: number | null = null;
  readonly countedSinceAt = Date.now();
  readonly latencyBuckets: number[] = Array.from({ length: latencyBoundsMs.length + 1 }, () => 0);

  slowestAnswerMs = 0;
  private readonly waiting = new Set<Unanswered>();

  assigned(request: Unanswered): void {
    this.httpInFlight += 1;
    this.waiting.add(request);
  }

  /** It goes somewhere else. */
  taken(request: Unanswered): void {
    this.httpInFlight -= 1;
    this.waiting.delete(request);
  }

  answerBegan(request: Unanswered): void {
    if (!this.waiting.delete(request) || request.wholeMs === null) return;
    this.slowestAnswerMs = Math.max(this.slowestAnswerMs, performance.now() - request.wholeMs);
  }

  told(): Omit<LaneLoad, 'epoch' | 'colour' | 'release' | 'active'> {
    const { waiting, ...counters } = this;
    const nowMs = performance.now();
    const agesMs = [...waiting].flatMap(({ wholeMs }) => (wholeMs === null ? [] : nowMs - wholeMs));
    return { ...counters, unanswered: countByAge(agesMs) };
  }

  requestEnded(request: Unanswered, end: RequestEnd, startedMs: number): void {
    this.taken(request);
    this.requests += 1;
    const tookMs = performance.now() - startedMs;
    const bucket = latencyBoundsMs.findIndex((boundMs) => tookMs <= boundMs);
    const index = bucket === -1 ? latencyBoundsMs.length : bucket;
    this.latencyBuckets[index] = (this.latencyBuckets[index] ?? 0) + 1;
    if (end.kind === 'given-up') {
      this.clientAborts += 1;
      if (end.isWaiting) this.givenUp += 1;
    } else if (end.kind === 'broken') this.errorSeen('transportErrors');
    else if (end.statusCode >= 500) this.errorSeen('status5xx');
  }

  private errorSeen(counter: 'transportErrors' | 'status5xx'): void {
    this[counter] += 1;
    this.firstErrorAt ??= Date.now();
  }
}
