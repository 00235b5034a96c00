import type { Result } from '../../domain/failure.ts';
import type { FenceHost } from '../../kinds/fence.ts';
import type { LaunchOrder, Launched } from '../../host/launch-order.ts';
import type { RecordedIdentity } from '../../host/process-identity.ts';

/** What the driver needs of the machine; handed in by the roof, so that nothing here starts or signals a process by itself. */
export interface Host extends FenceHost {
  /** Hashes a folder again; fails when it is not byte for byte the tree of that digest. */
  verifyTree(directory: string, digest: string): Promise<Result<unknown>>;
  remove(path: string): Promise<void>;
  /** Names in a folder; none when it is not there. */
  list(path: string): Promise<readonly string[]>;
  freePort(host: string, avoid: ReadonlySet<number>): Promise<number>;
  isPortFree(host: string, port: number): Promise<boolean>;
  launch(order: LaunchOrder): Promise<Launched>;
  /** `at-gate`: started, not yet allowed to become its command; ends by itself when its launcher is gone. */
  status(process: RecordedIdentity): 'running' | 'at-gate' | 'gone';
  /** False when exactly this process is no longer there; another with its pid is never touched. */
  signal(process: RecordedIdentity, name: 'SIGTERM' | 'SIGKILL'): boolean;
  /** SIGKILL for the process and what is left of its group; `mark` is a `NAME=value` of the environment it was started with. */
  endGroup(process: RecordedIdentity, mark: string): number;
  /** PATH, HOME, LANG, TMPDIR of ours, the pinned node first in PATH. */
  inheritedVariables(): Readonly<Record<string, string>>;
  elapsed(): number;
  sleep(durationMs: number, signal: AbortSignal): Promise<void>;
}
