/** What a run ended with that failed by itself, without a statement that did, and what one that had to be ended. Everything else is an SQLSTATE. */
export const byItself = 'command';
export const notInTime = 'timeout';

/** After its subject: `fails with SQLSTATE 42P01`. */
export function failsHow(failedWith: string): string {
  if (failedWith === byItself) return 'fails, though no statement of it does';
  if (failedWith === notInTime) return 'does not end in time';
  return `fails with SQLSTATE ${failedWith}`;
}
