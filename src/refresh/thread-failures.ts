import { FailureError, type Failure } from '../domain/failure.ts';

/** What is no failure of ours may hold a value: only its code is told. */
export function told(error: unknown): readonly Failure[] {
  if (error instanceof FailureError) return error.failures;
  const { code } = error as { code?: unknown };
  const known = typeof code === 'string' ? code : 'of its own';
  return [
    {
      code: 'GR5049',
      message: `A worker of the refresh broke (error ${known}). Nothing was published.`,
      do: 'Run it again; if it stays, look at the logs of both servers.',
    },
  ];
}
