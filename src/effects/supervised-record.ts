import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { RecordedIdentity } from '../host/process-identity.ts';

/** What the runner is told, on its standard input only: variables may be secret and must not stand in argv or in a file. */
export interface SupervisedOrder {
  readonly directory: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  /** The whole environment of the command. */
  readonly variables: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  /** From SIGTERM to SIGKILL. */
  readonly graceMs: number;
  readonly stdin?: string;
  readonly answerBytes?: number;
}

/** Written before the command starts, by exactly one runner: from here on it may have had an effect. */
export interface SupervisedClaim {
  readonly runner: RecordedIdentity;
  readonly startedAt: number;
}

/** Written when it is over; the output is complete by then. */
export type SupervisedResult =
  | {
      readonly status: 'exited';
      readonly exitCode: number | null;
      readonly signalName: string | null;
      readonly timedOut: boolean;
      /** Ended because `stopSupervised` asked for it. */
      readonly stopped: boolean;
      readonly outputBytes: number;
      /** Bytes of standard output, when it was kept apart. */
      readonly answerBytes?: number;
      readonly durationMs: number;
    }
  | { readonly status: 'not-started'; readonly reason: string; readonly errorCode: string }
  | { readonly status: 'unknown'; readonly reason: string };

/** Ids may be long and hold anything; the folder's name is safe, and different for different ids. */
export function supervisedDirectory(stateDirectory: string, id: string): string {
  const readable = id.replaceAll(/[^A-Za-z0-9_-]+/g, '-').slice(0, 60);
  return join(stateDirectory, `${readable}.${createHash('sha256').update(id).digest('hex').slice(0, 12)}`);
}

export const claimOf = (directory: string): string => join(directory, 'claim.json');
/** RecordedIdentity of the started command. */
export const commandOf = (directory: string): string => join(directory, 'command.json');
export const resultOf = (directory: string): string => join(directory, 'result.json');
export const outputOf = (directory: string): string => join(directory, 'output');
export const answerOf = (directory: string): string => join(directory, 'answer');
