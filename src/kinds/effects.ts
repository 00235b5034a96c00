import type { Json } from '../domain/json.ts';
import type { Rehearsals } from './rehearsals.ts';

/**
 * The doors to the outside that plugs are given; nothing else reaches the world from a plug.
 * Every door honours `signal`, redacts secrets from what it returns, and throws `FailureError` only for broken effects;
 * an answer that is merely bad (status 500, exit code 1, refused connection) is a value.
 */
export interface Effects {
  readonly http: Http;
  readonly tcp: Tcp;
  readonly sql: Sql;
  readonly process: Processes;
  readonly files: Files;
  readonly clock: Clock;
  readonly load: Load;
  readonly rehearsals: Rehearsals;
  readonly signatures: Signatures;
}

export interface Place {
  readonly host: string;
  readonly port: number;
}

export interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly timeoutMs: number;
  /** Bytes of body kept; the rest is counted, not kept. */
  readonly maxBytes: number;
  readonly followRedirects?: boolean;
  /** Places that must not answer: a connection that leads to one, also after a redirect, is `unreachable` with code `PUBLIC_ADDRESS`, and nothing is sent. */
  readonly avoid?: readonly Place[];
  /** `trust: 'any'` takes any certificate (the answer says whether it was good); `authorities` are PEM texts trusted beside the system's. */
  readonly tls?: { readonly trust?: 'any'; readonly authorities?: readonly string[] };
}

export type HttpAnswer =
  | {
      readonly status: 'answered';
      readonly code: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      readonly truncated: boolean;
      /** All bytes of the body, kept or not. */
      readonly bodyBytes: number;
      /** From the request's start to the last byte. */
      readonly durationMs: number;
      readonly tls: { readonly protocol: string; readonly validToAt: number; readonly authorized: boolean } | null;
    }
  | {
      readonly status: 'unreachable';
      readonly reason: string;
      readonly errorCode: string;
      readonly durationMs: number;
    };

export interface Http {
  request(request: HttpRequest, signal: AbortSignal): Promise<HttpAnswer>;
}

export interface Tcp {
  /** Connects, sends `bytes` when given, and reads until `until` says so, `maxBytes`, the end or the timeout. */
  exchange(
    target: { readonly host: string; readonly port: number; readonly tls?: boolean },
    options: {
      readonly send?: string;
      readonly until?: (received: string) => boolean;
      /** As `HttpRequest.avoid`. */
      readonly avoid?: readonly Place[];
      readonly maxBytes: number;
      readonly timeoutMs: number;
    },
    signal: AbortSignal,
  ): Promise<
    | { readonly status: 'connected'; readonly received: string; readonly durationMs: number }
    | {
        readonly status: 'unreachable';
        readonly reason: string;
        readonly errorCode: string;
        readonly durationMs: number;
      }
  >;
  /** Whether something could listen there now; `owner` names who holds it when that can be found out. */
  isFree(host: string, port: number): Promise<{ readonly free: boolean; readonly owner: string | null }>;
}

export interface Sql {
  /** One statement on a PostgreSQL, in a read-only transaction unless `write`; at most `maxRows` rows are kept. */
  query(
    url: string,
    statement: string,
    options: { readonly timeoutMs: number; readonly maxRows: number; readonly write?: boolean },
    signal: AbortSignal,
  ): Promise<
    | {
        readonly status: 'answered';
        readonly rows: readonly Readonly<Record<string, Json>>[];
        readonly rowCount: number;
        readonly durationMs: number;
      }
    | {
        readonly status: 'refused';
        readonly reason: string;
        readonly sqlState: string | null;
        readonly durationMs: number;
      }
    | {
        readonly status: 'unreachable';
        readonly reason: string;
        readonly errorCode: string;
        readonly durationMs: number;
      }
  >;
}

export interface RunRequest {
  readonly argv: readonly string[];
  readonly directory: string;
  /** The whole environment of the child, nothing is inherited but PATH, HOME, LANG and TMPDIR. */
  readonly variables: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly stdin?: string;
  /** Instead of `stdin`: the bytes of a file, without its lines that are one of these. */
  readonly stdinFile?: { readonly path: string; readonly without: readonly string[] };
  /** Keeps standard output apart, as it came and not redacted: this many bytes of its beginning. `output` is standard error then. */
  readonly answerBytes?: number;
  /** Bytes of output kept (first and last half); the rest is counted. */
  readonly maxOutputBytes: number;
}

export type RunAnswer =
  | {
      readonly status: 'exited';
      readonly exitCode: number | null;
      readonly signalName: string | null;
      readonly timedOut: boolean;
      /** Standard output and error interleaved, redacted. */
      readonly output: string;
      readonly outputBytes: number;
      /** Not redacted. With how many bytes there were. */
      readonly answer?: { readonly text: string; readonly bytes: number };
      readonly durationMs: number;
    }
  | { readonly status: 'not-started'; readonly reason: string; readonly errorCode: string };

export interface Processes {
  /** Runs to the end in a process group of its own; on timeout or abort the whole group gets SIGTERM, then SIGKILL. */
  run(request: RunRequest, signal: AbortSignal): Promise<RunAnswer>;
}

export interface FileFacts {
  readonly kind: 'file' | 'folder' | 'other';
  readonly sizeBytes: number;
  readonly modifiedAt: number;
}

export interface Files {
  /** What stands at a path; null when nothing does. Links are followed. */
  look(path: string): Promise<FileFacts | null>;
  /** Text of a file, at most `maxBytes` of its beginning or its end; null when there is none. */
  read(
    path: string,
    maxBytes: number,
    part?: 'beginning' | 'end',
  ): Promise<{ readonly text: string; readonly truncated: boolean; readonly modifiedAt: number } | null>;
  /** Files below `directory` that match a glob (`reports/*.xml`), sorted, links not followed. */
  find(directory: string, glob: string): Promise<readonly string[]>;
  remove(path: string): Promise<void>;
  /** Lines of a growing file from byte offset `from`; calls `onLine` for each and answers the bytes read. Lines longer than 64 KiB are cut there, and counted as cut. */
  lines(
    path: string,
    from: number,
    onLine: (line: string) => void,
    signal?: AbortSignal,
  ): Promise<{ readonly bytes: number; readonly lineCount: number; readonly cutCount: number } | null>;
}

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Milliseconds that only grow, for durations. */
  elapsed(): number;
  sleep(durationMs: number, signal?: AbortSignal): Promise<void>;
}

export interface Signatures {
  /**
   * Which of the public keys (PEM by name) have signed the message, sorted. Keys are Ed25519 or ECDSA on P-256 with SHA-256; `unusable`
   * names those that are neither. Signatures are base64 or base64url; one that is nonsense has no signer.
   */
  verify(request: {
    readonly message: Uint8Array;
    readonly signatures: readonly string[];
    readonly keys: Readonly<Record<string, string>>;
  }): { readonly signers: readonly string[]; readonly unusable: readonly string[] };
}

export interface LoadTarget {
  readonly name: string;
  readonly baseUrl: string;
}

export interface LoadRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly weight: number;
  /** Default: any status below 400. */
  readonly expectStatus?: number;
}

export interface LoadPlan {
  /** One target, or two that are driven alternately in the same seconds. */
  readonly targets: readonly LoadTarget[];
  readonly requests: readonly LoadRequest[];
  /** To each target. */
  readonly ratePerSecond: number;
  readonly durationMs: number;
  readonly warmupMs: number;
  readonly timeoutMs: number;
  readonly maxInFlight: number;
  readonly seed: number;
}

export interface LoadTargetResult {
  readonly name: string;
  readonly issued: number;
  readonly ok: number;
  readonly wrongStatus: number;
  readonly transportErrors: number;
  readonly timeouts: number;
  readonly notSent: number;
  /** Requests that left more than 10 ms after their intended time. */
  readonly lateCount: number;
  readonly latencyMs: Readonly<Record<'p50' | 'p90' | 'p95' | 'p99' | 'p999' | 'max' | 'mean', number>>;
  /** `[percentile, milliseconds]`, for a plot. */
  readonly curve: readonly (readonly [number, number])[];
  readonly perSecond: readonly {
    readonly second: number;
    readonly count: number;
    readonly errors: number;
    readonly p50: number;
    readonly p99: number;
  }[];
  /** Latencies in milliseconds in the order of intended start, at most 20,000, evenly thinned. */
  readonly sampleMs: readonly number[];
}

export interface Load {
  run(
    plan: LoadPlan,
    signal: AbortSignal,
  ): Promise<{ readonly targets: readonly LoadTargetResult[]; readonly durationMs: number }>;
}
