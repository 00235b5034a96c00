// What PostgreSQL says on its own connections. Its words may hold values of rows, so only its code is repeated.
import { FailureError } from '../domain/failure.ts';

const lostWords = /^(?:Connection terminated|Client (?:has|was)|Connection ended)/;
const lostCodes = ['ECONNRESET', 'EPIPE', 'ECONNREFUSED', 'ETIMEDOUT'];

/** The code that PostgreSQL gave; null when it gave none. */
export function stateOf(error: unknown): string | null {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !lostCodes.includes(code) ? code : null;
}

/** `GR5094` for what a server or its connection did; everything else is what it was. */
export function withoutWords(error: unknown): unknown {
  if (error instanceof FailureError || !(error instanceof Error)) return error;
  const { code } = error as { code?: unknown };
  const state = stateOf(error);
  const isLost = lostWords.test(error.message) || (typeof code === 'string' && lostCodes.includes(code));
  if (state === null && !isLost) return error;
  return new FailureError({
    code: 'GR5094',
    message:
      state !== null
        ? `PostgreSQL ended the refresh (SQLSTATE ${state}). If the swap was not reached, the target has its old data.`
        : 'A connection of the refresh was lost. If the swap was not reached, the target has its old data.',
    do: 'Look at the logs of both servers, then run it again.',
  });
}
