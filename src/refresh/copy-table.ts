// One table from the source through the kernel into the target.
import type { Client } from 'pg';
import { fail } from '../domain/failure.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { ColumnProgram } from '../kernel/program.ts';
import { borrowStream, cut } from './borrowed-stream.ts';
import { openCopyIn } from './copy-in.ts';
import { copyOut, countsDiffer, type CopiedTable } from './copy-out.ts';
import type { RowPipe } from './masking-pipe.ts';
import type { Pace } from './pace.ts';
import { unexpected } from './messages.ts';

export interface TableCopy {
  /** In the transaction of the snapshot. Idle; cut when the copy fails. */
  readonly source: Client;
  /** Idle; cut when the copy fails. */
  readonly target: Client;
  readonly kernel: Kernel;
  /** As people read it: `public.users`. */
  readonly table: string;
  readonly columns: readonly string[];
  /** Of the columns, in their order. */
  readonly program: readonly ColumnProgram[];
  /** What gives the rows: a table, or a query in parentheses that gives the columns in their order. Quoted. */
  readonly from: string;
  /** Where they go: a table, quoted. */
  readonly into: string;
  /** As seen by every transaction; only what this one has truncated takes them so. */
  readonly isFrozen?: boolean;
  /** Sees every row as it comes. */
  readonly gathering?: RowPipe;
  /** Default: as fast as it comes. */
  readonly pace?: Pace;
  readonly signal: AbortSignal;
}

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Rejects with a failure that holds no value of a row. Resolves only when source, kernel and target count the same rows. */
export async function copyTable(copy: TableCopy): Promise<CopiedTable> {
  const { source, target, table, columns, kernel, program, signal } = copy;
  signal.throwIfAborted();
  if (program.length !== columns.length || !kernel.begin(program)) fail(programDoesNotFit(table));
  const [reading, writing] = [borrowStream(source), borrowStream(target)];
  const abort = (): void => [source, target].forEach(cut);
  signal.addEventListener('abort', abort, { once: true });
  // A table may have no columns at all; an empty list is no list.
  const list = columns.length === 0 ? '' : `(${columns.map(quoted).join(', ')})`;
  const into = openCopyIn(
    writing,
    `COPY ${copy.into} ${list} FROM STDIN (FORMAT binary${copy.isFrozen ? ', FREEZE' : ''})`,
    columns.length,
    table,
  );
  try {
    await into.ready;
    const from = copy.from.startsWith('(') ? copy.from : `${copy.from} ${list}`;
    const read = copyOut(reading, `COPY ${from} TO STDOUT (FORMAT binary)`, {
      kernel,
      table,
      columns,
      into: writing.stream,
      ...(copy.pace && { pace: copy.pace }),
      ...(copy.gathering && { gathering: copy.gathering }),
    });
    // Whichever fails first ends the other; the target has no reason to end before it was told to.
    const early = into.done.then(() => fail(unexpected(table, 'an end before the last row')));
    const seen = await Promise.race([read, early]);
    into.end();
    const kept = await into.done;
    if (kept !== seen.rowCount) fail(countsDiffer(table, seen.rowCount, kept));
    reading.giveBack();
    writing.giveBack();
    return seen;
  } catch (error) {
    into.giveUp();
    abort();
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

const programDoesNotFit = (table: string) => ({
  code: 'GR5008',
  message: 'The rules of this table do not fit: their constants and JSON paths take more than 800 KiB.',
  where: table,
  do: 'Use fewer or shorter ones.',
});
