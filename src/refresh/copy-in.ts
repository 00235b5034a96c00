// The target's end of a copy: takes frames, and is asked at the end how many rows it has.
import { fail, FailureError, type Failure } from '../domain/failure.ts';
import type { BorrowedStream } from './borrowed-stream.ts';
import { openMessages, refusal, saysNothing, unexpected } from './messages.ts';

export interface CopyIn {
  /** Resolves when the target waits for rows. */
  readonly ready: Promise<void>;
  /** Rejects as soon as the target refuses; otherwise resolves with its count of rows, after `end`. */
  readonly done: Promise<number>;
  end(): void;
  /** Takes back what was sent. */
  giveUp(): void;
}

export type CopyForm = 'binary' | 'text';

export function openCopyIn(
  target: BorrowedStream,
  statement: string,
  columnCount: number,
  where: string,
  form: CopyForm = 'binary',
): CopyIn {
  const messages = openMessages();
  const ready = Promise.withResolvers<void>();
  const done = Promise.withResolvers<number>();
  let refused: Failure | null = null;
  let [isReady, isEnded] = [false, false];
  let rowCount: number | null = null;
  const readOne = (): boolean => {
    const message = messages.next(where);
    if (message === null) return false;
    const { type, body } = message;
    if (saysNothing(message)) return true;
    if (type === 'G' && !isReady) {
      checkFormats(body, columnCount, where, form);
      isReady = true;
      ready.resolve();
    } else if (type === 'E') refused = refusal('GR5004', where, message);
    else if (type === 'C' && isEnded && rowCount === null) rowCount = countOf(body);
    else if (type === 'Z' && refused) fail(refused);
    else if (type === 'Z' && rowCount !== null) done.resolve(rowCount);
    else fail(unexpected(where, `a message "${type}"`));
    return true;
  };
  const giveUp = (error: unknown): void => {
    ready.reject(error);
    done.reject(error);
  };
  target.stream.on('data', (chunk: Buffer) => {
    try {
      messages.push(chunk);
      while (readOne());
    } catch (error) {
      giveUp(error);
    }
  });
  target.onLost(() => giveUp(new FailureError(lost(where))));
  ready.promise.catch(() => {});
  done.promise.catch(() => {}); // whoever waits for one of them is told; the other has nobody
  target.ask(statement);
  return {
    ready: ready.promise,
    done: done.promise,
    end() {
      isEnded = true;
      target.stream.write(Buffer.from([99, 0, 0, 0, 4]));
    },
    giveUp: () => void target.stream.write(Buffer.from('f\0\0\0\x0cgave up\0')),
  };
}

export const countOf = (body: Buffer): number =>
  Number(/^COPY (\d+)\0$/.exec(body.toString('latin1'))?.[1] ?? Number.NaN);

/** As many columns as the program has, each of them in the form that was asked for. */
export function checkFormats(body: Buffer, columnCount: number, where: string, form: CopyForm = 'binary'): void {
  const code = form === 'binary' ? 1 : 0;
  const isRight = body.length === 3 + columnCount * 2 && body[0] === code && body.readInt16BE(1) === columnCount;
  if (!isRight) fail(unexpected(where, 'another number or form of columns'));
  for (let i = 0; i < columnCount; i++)
    if (body.readInt16BE(3 + i * 2) !== code)
      fail(unexpected(where, `column ${i + 1} as ${form === 'binary' ? 'text' : 'binary'}`));
}

export const lost = (where: string): Failure => ({
  code: 'GR5005',
  message: 'The connection to PostgreSQL was cut in the middle of a table. Nothing was published.',
  where,
  do: 'Run it again.',
});
