import type { Result } from '../../domain/failure.ts';
import type { Http } from '../../kinds/effects.ts';
import type { FenceHost } from '../../kinds/fence.ts';

/** What a driver of a remote system needs of the machine; handed in by the roof. Answers are as they came; drivers hide secrets. */
export interface RemoteHost extends FenceHost {
  /** Hashes a folder again; fails when it is not byte for byte the tree of that digest. */
  verifyTree(directory: string, digest: string): Promise<Result<unknown>>;
  append(path: string, text: string): Promise<void>;
  /** A variable of Greenroom's own environment; null when it is not set. */
  variable(name: string): string | null;
  /** Takes these values out of a text. */
  redaction(secrets: readonly string[]): (text: string) => string;
  readonly request: Http['request'];
  elapsed(): number;
  sleep(durationMs: number, signal: AbortSignal): Promise<void>;
}
