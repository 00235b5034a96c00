// Small messages of PostgreSQL's protocol, read whole. Rows never come this way.
import { fail, type Failure } from '../domain/failure.ts';

export interface Message {
  readonly type: string;
  readonly body: Buffer;
}

/** Longer than any message that is not a row has a reason to be. */
const LONGEST_MESSAGE_BYTES = 1024 * 1024;

/** Takes bytes as they come and gives whole messages; what is left over belongs to whoever reads next. */
export function openMessages() {
  let held = Buffer.alloc(0);
  return {
    push(chunk: Uint8Array): void {
      held = Buffer.concat([held, chunk]);
    },
    /** The next message, or null until more has come. */
    next(where: string): Message | null {
      if (held.length < 5) return null;
      const byteCount = held.readInt32BE(1) - 4;
      const type = String.fromCharCode(held[0]!);
      if (byteCount < 0 || byteCount > LONGEST_MESSAGE_BYTES)
        fail(unexpected(where, `a message "${type}" of ${byteCount} bytes`));
      if (held.length < 5 + byteCount) return null;
      const body = held.subarray(5, 5 + byteCount);
      held = held.subarray(5 + byteCount);
      return { type, body };
    },
    takeRest(): Buffer {
      const rest = held;
      held = Buffer.alloc(0);
      return rest;
    },
  };
}

/** Notices, settings and notifications may come at any time and say nothing about rows. */
export const saysNothing = ({ type }: Message): boolean => ['N', 'S', 'A'].includes(type);

export const unexpected = (where: string, what: string): Failure => ({
  code: 'GR5001',
  message: `PostgreSQL sent ${what}, which does not belong into a copy of this table. Nothing was published.`,
  where,
  do: 'Run it again; if it stays, something between Greenroom and PostgreSQL changes what they say to each other.',
});

/** What an error says without a value of a row: those stand in its message, detail and context. */
export function refusal(code: string, where: string, { body }: Message): Failure {
  const fields = new Map(
    body
      .toString('utf8')
      .split('\0')
      .filter((field) => field !== '')
      .map((field) => [field[0]!, field.slice(1)]),
  );
  const names = [
    ['s', 'schema'],
    ['t', 'table'],
    ['c', 'column'],
    ['d', 'type'],
    ['n', 'constraint'],
  ].flatMap(([key, word]) => (fields.has(key!) ? [`${word} "${fields.get(key!)}"`] : []));
  const about = names.length > 0 ? ` (${names.join(', ')})` : '';
  return {
    code,
    message: `PostgreSQL refused with SQLSTATE ${/^[0-9A-Z]{5}$/.exec(fields.get('C') ?? '')?.[0] ?? 'unknown'}${about}.`,
    where,
    do: 'Look the code up in PostgreSQL’s list of error codes; what it says of values is left out here.',
  };
}
