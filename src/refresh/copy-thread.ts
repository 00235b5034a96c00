// One worker: two connections at a time and a kernel of its own, one part of the copy after the other.
import { parentPort, workerData } from 'node:worker_threads';
import { openKernel, type Kernel } from '../kernel/kernel.ts';
import { carryAsText } from './carry-as-text.ts';
import { compiledKernel } from './compiled-kernel.ts';
import { connect } from './connect.ts';
import type { CopiedTable } from './copy-out.ts';
import { copyTable } from './copy-table.ts';
import { openGatherer } from './tell-originals.ts';
import type { CopyOrder, FromCopy, PartOrder, PieceOrder } from './copy-exchange.ts';
import { teachNames } from './known-names.ts';
import { openLastingCopy, type Ends } from './lasting-copy.ts';
import { copyObjects } from './object-pages.ts';
import { openPace, type Pace } from './pace.ts';
import { rowsOf } from './read-storage.ts';
import { joinSnapshot } from './snapshot.ts';
import { told } from './thread-failures.ts';

const { sourceUrl, targetUrl, database, snapshot, keys, names, sourceSettings, bytesPerSecond, gate, backlog } =
  workerData as CopyOrder;
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
const tell = (message: FromCopy): void => parentPort!.postMessage(message);

const ownPace = openPace(bytesPerSecond, gate);
/** More originals than these are not told before somebody has taken some in: waiting, they are memory. */
const [MOST_BACKLOG, BACKLOG_MS] = [8, 20];
/** How often is told how much has passed. */
const TELL_MS = 500;
let [passedBytes, toldMs] = [0, 0];
const pace: Pace = (byteCount, atMs) => {
  passedBytes += byteCount;
  if (atMs - toldMs > TELL_MS) {
    toldMs = atMs;
    tell({ kind: 'passed', byteCount: passedBytes });
  }
  const isBehind = Atomics.load(backlog, 0) > MOST_BACKLOG;
  return Math.max(ownPace(byteCount, atMs), isBehind ? BACKLOG_MS : 0);
};
async function open(): Promise<Ends> {
  const source = await connect({ url: sourceUrl, what: 'the source' }, true);
  await joinSnapshot(source, snapshot);
  for (const setting of sourceSettings) await source.query(setting);
  const target = await connect({ url: targetUrl, what: 'the target' }, false, database);
  await target.query('SET synchronous_commit = off');
  // Long values are packed several times as fast. A server before 14, or built without it, packs as it can: asked instead of tried, since
  // what follows a refusal would come into the first copy.
  await target.query(
    `SELECT set_config(name, 'lz4', false) FROM pg_settings WHERE name = 'default_toast_compression' AND 'lz4' = ANY (enumvals)`,
  );
  return { source, target };
}

/** All rows of a piece, or those of a subset. */
const selectOf = ({ piece, selected, rows }: PieceOrder): string =>
  `(SELECT ${selected.join(', ')} FROM ${rows === null ? rowsOf(piece) : `(${rows}) AS part`})`;

const gather = openGatherer(keys, (gathered) => {
  Atomics.add(backlog, 0, 1);
  tell({ kind: 'gathered', ...gathered });
});
const never = new AbortController().signal;

async function copyPiece(ends: Ends, kernel: Kernel, order: PieceOrder): Promise<CopiedTable> {
  const { piece, into, columns, program, asText } = order;
  const { table } = piece;
  const isFrozen = order.isAlone && asText.length === 0;
  const gathering = order.gathered.some((column) => column !== null) ? gather(piece.table, order.gathered) : null;
  const copy = (from: string, to: string): Promise<CopiedTable> =>
    copyTable({
      ...{ ...ends, kernel, table, columns, program, from, into: to, isFrozen, pace, signal: never },
      ...(gathering && { gathering }),
    });
  const query = selectOf(order);
  if (asText.length > 0) return carryAsText({ ...ends, table, columns, asText, query }, copy);
  // What nobody can have seen is written as seen by all: whoever reads it later need not ask. PostgreSQL believes it of a table that was emptied in this transaction.
  if (isFrozen) await ends.target.query(`TRUNCATE ONLY ${into}`);
  return copy(query, into);
}

try {
  const kernel = openKernel(keys, compiledKernel());
  teachNames(kernel, names);
  const lasting = await openLastingCopy(open);
  parentPort!.on('message', (order: PartOrder) => {
    lasting((ends) => {
      passedBytes = 0;
      return order.kind === 'rows' ? copyPiece(ends, kernel, order) : copyObjects(ends, order.oids, pace);
    })
      .then((copied) => tell({ kind: 'copied', ...copied }))
      .catch((error: unknown) => tell({ kind: 'failed', failures: told(error) }));
  });
  tell({ kind: 'ready' });
} catch (error) {
  tell({ kind: 'failed', failures: told(error) });
}
