// One reader of the leak proof: a connection to each side, one piece of a table after the other.
import { parentPort, workerData } from 'node:worker_threads';
import { connect } from './connect.ts';
import type { FromProve, ProveOrder } from './prove-hands.ts';
import { proveTask, type Proof, type ProveTask } from './prove-tasks.ts';
import { joinSnapshot } from './snapshot.ts';
import { told } from './thread-failures.ts';

const { sourceUrl, targetUrl, database, snapshot, keys } = workerData as ProveOrder;
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port, not a window
const tell = (message: FromProve): void => parentPort!.postMessage(message);

async function open(): Promise<Proof> {
  const source = await connect({ url: sourceUrl, what: 'the source' }, true);
  await joinSnapshot(source, snapshot);
  const fresh = await connect({ url: targetUrl, what: 'the target' }, true, database);
  await fresh.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  return { source, fresh, keys, signal: new AbortController().signal };
}

const opening = open();
opening.catch(() => {}); // the first task fails of it
parentPort!.on('message', (task: ProveTask) => {
  opening
    .then((proof) => proveTask(proof, task))
    .then((answer) => tell({ kind: 'done', answer }))
    .catch((error: unknown) => tell({ kind: 'failed', failures: told(error) }));
});
