import { FailureError } from '../../../domain/failure.ts';
import { commandHost } from '../../../effects/command-host.ts';
import type { Slot } from '../../../kinds/driver.ts';
import { commandDriver } from '../../command.ts';
import type { CommandConfig } from '../scene.ts';

/** A control plane of its own that carries out a change, and ends itself by SIGKILL after some commands. */
export interface PlaneOrder {
  readonly slot: Slot<CommandConfig>;
  readonly change: 'prepare' | 'start' | 'stop';
  readonly commands?: number;
}

const { slot, change, commands } = JSON.parse(process.argv[2] ?? '') as PlaneOrder;
const driver = commandDriver(commandHost());
try {
  const planned = driver.plan(change, slot);
  for (const command of planned.slice(0, commands ?? planned.length))
    await driver.run(command, slot, AbortSignal.timeout(30_000));
  if (commands !== undefined) process.kill(process.pid, 'SIGKILL');
  console.log('done');
} catch (error) {
  if (!(error instanceof FailureError)) throw error;
  console.log(error.failures[0]?.code);
}
