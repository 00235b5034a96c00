import { FailureError } from '../../../domain/failure.ts';
import { composeDriver } from '../../compose.ts';
import type { ComposeSlot } from '../scene.ts';
import { mortalHost } from './mortal-host.ts';
import { realHost } from './world.ts';

/** A control plane of its own that carries out a change and falls where it is told to. */
export interface PlaneOrder {
  readonly slot: ComposeSlot;
  readonly change: 'prepare' | 'start' | 'stop';
  /** Commands to carry out before the kill. */
  readonly commands?: number;
  /** Call to the daemon or the CLI before which it falls; none when absent. */
  readonly fallAt?: number;
}

const order = JSON.parse(process.argv[2] ?? '') as PlaneOrder;
const { slot } = order;
const { host, points } = mortalHost(realHost(), order.fallAt ?? -1, () => process.kill(process.pid, 'SIGKILL'));
const driver = composeDriver(host);
try {
  const commands = driver.plan(order.change, slot);
  for (const command of commands.slice(0, order.commands ?? commands.length))
    await driver.run(command, slot, AbortSignal.timeout(120_000));
  if (order.commands !== undefined) process.kill(process.pid, 'SIGKILL');
  console.log(JSON.stringify({ points: points() }));
} catch (error) {
  if (!(error instanceof FailureError)) throw error;
  console.log(JSON.stringify({ code: error.failures[0]?.code }));
}
