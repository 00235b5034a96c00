// What PostgreSQL says on its own connections. Its words may hold values of rows, so only its code is repeated.
import { FailureError } from '../domain/failure.ts';
import { lost } from './copy-in.ts';

const lostWords = /^(?:Connection terminated|Client (?:has|was)|Connection ended)/;
const lostCodes = ['ECONNRESET', 'EPIPE', 'ECONNREFUSED', 'ETIMEDOUT'];

/** The code that PostgreSQL gave; null when it gave none. */
export function stateOf(error: unknown): string | null {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !lostCodes.includes(code) ? code : null;
}

/** Whether a connection is gone, by what was told of it; also one that an administrator has ended. */
export function isLost(error: unknown): boolean {
  if (error instanceof FailureError) return error.failures[0]!.code === lost('').code;
  return hasLostWords(error) || /^(?:08|57P0[1-3])/.test(stateOf(error) ?? '');
}

function hasLostWords(error: unknown): boolean {
  const { code, message } = error as { code?: unknown; message?: unknown };
  return lostWords.test(String(message)) || (typeof code === 'string' && lostCodes.includes(code));
}

/** `GR5094` for what a server or its connection did; everything else is what it was. */
export function withoutWords(error: unknown): unknown {
  if (error instanceof FailureError || !(error instanceof Error)) return error;
  const state = stateOf(error);
  if (state === null && !hasLostWords(error)) return error;
  return new FailureError({
    code: 'GR5094',
    message:
      state !== null
        ? `PostgreSQL ended the refresh (SQLSTATE ${state}). If the swap was not reached, the target has its old data.`
        : 'A connection of the refresh was lost. If the swap was not reached, the target has its old data.',
    do: 'Look at the logs of both servers, then run it again.',
  });
}
