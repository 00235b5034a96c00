import type { RecordedIdentity } from './process-identity.ts';

/** A process to be started in a session of its own; see `effects/supervised-launch.ts`. */
export interface LaunchOrder {
  readonly argv: readonly string[];
  readonly directory: string;
  /** The whole environment. */
  readonly variables: Readonly<Record<string, string>>;
  /** Both outputs are appended to it. */
  readonly logPath: string;
}

export type Launched =
  | {
      readonly status: 'waiting';
      readonly identity: RecordedIdentity;
      /** Size of the log before the first byte of this process. */
      readonly logFrom: number;
      /** Lets it become its command, and waits until it runs or has ended at once. */
      readonly go: () => Promise<
        { readonly status: 'running' } | { readonly status: 'ended'; readonly exitCode: number | null }
      >;
    }
  | { readonly status: 'not-started'; readonly reason: string };
