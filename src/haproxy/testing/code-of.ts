import { FailureError } from '../../domain/failure.ts';

/** The code that some work fails with. */
export const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no failure',
    (error: unknown) => (error instanceof FailureError ? (error.failures[0]?.code ?? '') : String(error)),
  );
