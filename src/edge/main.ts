import type { EdgeConfig } from './edge-state.ts';

/**
 * `node main.ts <state directory>` is the edge. For itself it starts `main.ts worker <settings> <state directory>`, and a worker
 * that lost its watchdog starts `main.ts <state directory> <service>…` with the listeners of these services as descriptors.
 * Each loads its own half only: a worker that died is missed until the next one has started.
 */
const [first = '', ...rest] = process.argv.slice(2);
if (first === 'worker') {
  const [settings = '{}', stateDirectory = ''] = rest;
  const { runWorker } = await import('./worker.ts');
  runWorker(JSON.parse(settings) as EdgeConfig, stateDirectory);
} else {
  const { runEdge } = await import('./edge-process.ts');
  await runEdge({ stateDirectory: first, entryFile: import.meta.filename, inherited: rest });
}
