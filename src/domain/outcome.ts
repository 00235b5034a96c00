/** What a check came to. Failed = judged bad; error = could not judge. Only `pass` passes. */
export type Outcome = 'pass' | 'warn' | 'fail' | 'error' | 'skip';

const severity: Record<Outcome, number> = { pass: 0, skip: 1, warn: 2, error: 3, fail: 4 };

/** The worst of several outcomes; of none at all it is `error`, because nothing measured is never a pass. */
export function worst(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.length === 0) return 'error';
  return outcomes.reduce((a, b) => (severity[b] > severity[a] ? b : a));
}
