import { FailureError } from '../../../domain/failure.ts';
import { remoteHost } from '../../../effects/remote-host.ts';
import type { Driver, Slot } from '../../../kinds/driver.ts';
import { githubWorkflowDriver } from '../../github-workflow.ts';
import { httpDriver } from '../../http.ts';

/** A control plane of its own that carries out a change, and ends itself by SIGKILL after some commands. */
export interface PlaneOrder {
  readonly kind: 'http' | 'github-workflow';
  readonly slot: unknown;
  readonly change: 'prepare' | 'start' | 'stop';
  readonly commands?: number;
}

const order = JSON.parse(process.argv[2] ?? '') as PlaneOrder;
const slot = order.slot as Slot;
const make = order.kind === 'http' ? httpDriver : githubWorkflowDriver;
const driver = make(remoteHost()) as unknown as Driver;
try {
  const planned = driver.plan(order.change, slot);
  for (const command of planned.slice(0, order.commands ?? planned.length))
    await driver.run(command, slot, AbortSignal.timeout(60_000));
  if (order.commands !== undefined) process.kill(process.pid, 'SIGKILL');
  console.log('done');
} catch (error) {
  if (!(error instanceof FailureError)) throw error;
  console.log(error.failures[0]?.code);
}
