// The source's end of a copy: what the protocol says around the rows, which go to the pipe.
import { fail, type Failure } from '../domain/failure.ts';
import type { BorrowedStream } from './borrowed-stream.ts';
import { checkFormats, countOf, lost } from './copy-in.ts';
import { bothPipes } from './gather-rows.ts';
import { openMaskingPipe, type Pipe, type RowPipe } from './masking-pipe.ts';
import { openHold, type Pace } from './pace.ts';
import { openMessages, refusal, saysNothing, unexpected } from './messages.ts';

export interface CopiedTable {
  readonly rowCount: number;
  /** Bytes that the source sent. */
  readonly byteCount: number;
}

interface Reading extends Omit<Pipe, 'onRoom'> {
  /** How long to wait before more is read. */
  readonly pace?: Pace;
  /** Sees every row as it comes. */
  readonly gathering?: RowPipe;
}

type Phase = 'asked' | 'rows' | 'between' | 'ended' | 'counted' | 'over';

/** Masks what the source sends. */
export function copyOut(source: BorrowedStream, statement: string, to: Reading): Promise<CopiedTable> {
  const { table, columns, gathering, pace } = to;
  const open = (onRoom: () => void): RowPipe => {
    const masking = openMaskingPipe({ ...to, onRoom });
    return gathering ? bothPipes(gathering, masking, table) : masking;
  };
  return readOut(source, statement, table, columns.length, open, pace);
}

/** Resolves when the source has said how many rows there were, and as many went through. Every byte that does not belong there rejects. */
export function readOut(
  source: BorrowedStream,
  statement: string,
  table: string,
  columnCount: number,
  openPipe: (onRoom: () => void) => RowPipe,
  pace?: Pace,
): Promise<CopiedTable> {
  const { promise, resolve, reject } = Promise.withResolvers<CopiedTable>();
  const messages = openMessages();
  let phase: Phase = 'asked';
  let refused: Failure | null = null;
  let byteCount = 0;
  const guarded = (act: () => void): void => {
    if (phase === 'over') return;
    try {
      act();
    } catch (error) {
      phase = 'over';
      reject(error);
    }
  };
  const pipe = openPipe(() => guarded(go));
  const hold = openHold(pace, source.stream, () => guarded(go));

  const takeRows = (chunk: Buffer): void => {
    phase = 'rows';
    const after = pipe.take(chunk);
    if (after === null) return;
    phase = 'between';
    messages.push(after);
  };
  const readOne = (): boolean => {
    const message = messages.next(table);
    if (message === null) return false;
    const { type, body } = message;
    if (saysNothing(message)) {
      if (phase === 'between') takeRows(messages.takeRest());
    } else if (type === 'E' && refused === null) refused = refusal('GR5003', table, message);
    else if (type === 'Z' && refused !== null) fail(refused);
    else if (type === 'H' && phase === 'asked') {
      checkFormats(body, columnCount, table);
      takeRows(messages.takeRest());
    } else if (type === 'c' && phase === 'between') {
      pipe.finish();
      phase = 'ended';
    } else if (type === 'C' && phase === 'ended') {
      const counted = countOf(body);
      if (counted !== pipe.rowCount()) fail(countsDiffer(table, counted, pipe.rowCount()));
      phase = 'counted';
    } else if (type === 'Z' && phase === 'counted') {
      phase = 'over';
      resolve({ rowCount: pipe.rowCount(), byteCount });
    } else fail(unexpected(table, `a message "${type}"`));
    return true;
  };
  /** Goes on where it stopped; the source waits while every output is under way. */
  const go = (): void => {
    let isGoing = true;
    while (isGoing) {
      const holdsRows = phase === 'rows' || phase === 'between';
      if (holdsRows && !pipe.go()) return void source.stream.pause();
      isGoing = phase !== 'rows' && phase !== 'over' && readOne();
    }
    if (!hold.isHeld()) source.stream.resume();
  };
  source.stream.on('data', (chunk: Buffer) =>
    guarded(() => {
      byteCount += chunk.length;
      hold.take(chunk.length);
      if (phase === 'rows') takeRows(chunk);
      else messages.push(chunk);
      go();
    }),
  );
  source.onLost(() => guarded(() => fail(lost(table))));
  source.ask(statement);
  return promise;
}

export const countsDiffer = (table: string, sent: number, kept: number, what = 'rows'): Failure => ({
  code: 'GR5006',
  message: `${sent} ${what} were sent and ${kept} came through. Nothing was published.`,
  where: table,
  do: 'Look for a trigger or a rule on the target’s table that takes rows away.',
});
