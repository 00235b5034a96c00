import { FailureError } from '../../../domain/failure.ts';
import { mortalHost } from '../../compose/testing/mortal-host.ts';
import { swarmDriver } from '../../swarm.ts';
import type { SwarmHost } from '../host.ts';
import type { SwarmSlot } from '../scene.ts';
import { realHost } from './world.ts';

/** A control plane of its own that carries out a change and falls where it is told to. */
export interface PlaneOrder {
  readonly slot: SwarmSlot;
  readonly change: 'prepare' | 'start' | 'stop';
  /** Commands to carry out before the kill. */
  readonly commands?: number;
  /** Call to the swarm that changes something before which it falls; none when absent. */
  readonly fallAt?: number;
}

const order = JSON.parse(process.argv[2] ?? '') as PlaneOrder;
const { slot } = order;
const { host, points } = mortalHost(realHost(), order.fallAt ?? -1, () => process.kill(process.pid, 'SIGKILL'));
const driver = swarmDriver(host as SwarmHost);
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
