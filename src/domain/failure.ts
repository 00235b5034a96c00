/** What went wrong, in the form every door prints: code, what happened, where, what to do. Never a secret or a row's value. */
export interface Failure {
  /** Catalogue code such as `GR1103`; the first digit is the room, see docs/reference/failures.md. */
  readonly code: string;
  /** One sentence with the value that was seen. */
  readonly message: string;
  /** A place a person can open: `greenroom.yaml:4:11 (phases.health.checks[0].kind)`, a URL, a file. */
  readonly where?: string;
  /** The next step. */
  readonly do?: string;
  /** All of them, for programs, where the message names the first ones. */
  readonly places?: readonly string[];
}

/** Carries failures through an effect or a use case; caught in two places only: the step runner and the edge of the program. */
export class FailureError extends Error {
  readonly failures: readonly Failure[];

  constructor(...failures: readonly Failure[]) {
    super(failures.map((failure) => `${failure.code} ${failure.message}`).join('\n'));
    this.name = 'FailureError';
    this.failures = failures;
  }
}

/** @example fail({ code: 'GR1103', message: 'There is no check of kind "htpp".', do: 'Use "http".' }) */
export function fail(...failures: readonly Failure[]): never {
  throw new FailureError(...failures);
}

export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failures: readonly Failure[] };

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });
export const failed = (...failures: readonly Failure[]): Result<never> => ({ ok: false, failures });
