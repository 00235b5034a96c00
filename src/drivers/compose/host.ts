import type { Result } from '../../domain/failure.ts';
import type { RunAnswer, RunRequest } from '../../kinds/effects.ts';
import type { FenceHost } from '../../kinds/fence.ts';

/** What the driver needs of the machine; handed in by the roof. */
export interface ComposeHost extends FenceHost {
  /** Hashes a folder again; fails when it is not byte for byte the tree of that digest. */
  verifyTree(directory: string, digest: string): Promise<Result<unknown>>;
  exists(path: string): Promise<boolean>;
  freePort(host: string, avoid: ReadonlySet<number>): Promise<number>;
  isPortFree(host: string, port: number): Promise<boolean>;
  /** Takes these values out of a text. */
  redaction(secrets: readonly string[]): (text: string) => string;
  /** A program; when we die it goes on. */
  run(request: RunRequest, signal: AbortSignal): Promise<RunAnswer>;
  /** SHA-256 in hex. */
  hash(text: string): string;
  engine(socketPath: string): EngineDoor;
  elapsed(): number;
  sleep(durationMs: number, signal: AbortSignal): Promise<void>;
}

/** The Docker daemon's own API. Statuses are handed on. Throws `GR6440` when nobody answers. */
export interface EngineDoor {
  call(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: object,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
}
