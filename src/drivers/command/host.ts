import type { Result } from '../../domain/failure.ts';
import type { RunAnswer, RunRequest } from '../../kinds/effects.ts';
import type { FenceHost } from '../../kinds/fence.ts';

/** What the driver needs of the machine; handed in by the roof. */
export interface CommandHost extends FenceHost {
  /** Hashes a folder again; fails when it is not byte for byte the tree of that digest. */
  verifyTree(directory: string, digest: string): Promise<Result<unknown>>;
  append(path: string, text: string): Promise<void>;
  /** A variable of Greenroom's own environment; null when it is not set. */
  variable(name: string): string | null;
  /** PATH, HOME, LANG, TMPDIR of ours, the pinned node first in PATH. */
  inheritedVariables(): Readonly<Record<string, string>>;
  /** Takes these values out of a text. */
  redaction(secrets: readonly string[]): (text: string) => string;
  /** Kernel start time of a living process of this machine; null when there is none of that number. */
  startOf(pid: number): string | null;
  /** A program that only looks: it ends with us. */
  run(request: RunRequest, signal: AbortSignal): Promise<RunAnswer>;
  readonly calls: Calls;
  elapsed(): number;
  sleep(durationMs: number, signal: AbortSignal): Promise<void>;
}

/** Programs that act: each runs once under its id, outlives us, and can be found again. */
interface Calls {
  /** Null as soon as it is on record that it runs; the answer when it is over already. */
  begin(order: CallOrder, signal: AbortSignal): Promise<CallEnd | null>;
  attend(directory: string, id: string, signal: AbortSignal): Promise<CallEnd>;
  standOf(
    directory: string,
    id: string,
  ): Promise<{ readonly status: 'nothing' | 'running' } | { readonly status: 'over'; readonly answer: CallEnd }>;
  /** Takes an id that nobody has claimed out of use; false when a runner was first. */
  forbid(directory: string, id: string): Promise<boolean>;
  /** Pid of a program that still runs, also when its runner is dead. */
  processOf(directory: string, id: string): Promise<number | null>;
  kill(directory: string, id: string): Promise<void>;
  remove(directory: string, id: string): Promise<void>;
}

interface CallOrder {
  readonly id: string;
  readonly directory: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly stdin: string;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  readonly answerBytes: number;
}

/** How a call ended; of `output` (standard error) the first and last part is kept. */
export type CallEnd =
  | {
      readonly status: 'exited';
      readonly exitCode: number | null;
      readonly signalName: string | null;
      readonly timedOut: boolean;
      readonly output: string;
      readonly answer?: { readonly text: string; readonly bytes: number };
      readonly durationMs: number;
    }
  | { readonly status: 'not-started'; readonly reason: string; readonly errorCode: string }
  /** It was begun, and nobody can tell how it ended. */
  | { readonly status: 'unknown'; readonly reason: string; readonly output: string };
