import { FailureError } from '../../domain/failure.ts';
import type { Driver, Slot } from '../driver.ts';
import type { Change } from '../slot-commands.ts';

/** What a control plane of its own is to carry out, and where it falls. */
export interface PlaneOrder<Config = unknown> {
  readonly slot: Slot<Config>;
  readonly change: Change;
  /** Commands to carry out before the kill. */
  readonly commands?: number;
  /** Act before which it falls, as its host counts them; none when absent. */
  readonly fallAt?: number;
  readonly fallBy?: 'SIGKILL' | 'SIGSTOP';
}

const withinMs = 120_000;

export const ordered = <Config>(): PlaneOrder<Config> => JSON.parse(process.argv[2] ?? '') as PlaneOrder<Config>;
export const fallOf =
  ({ fallBy = 'SIGKILL' }: Pick<PlaneOrder, 'fallBy'>) =>
  (): void =>
    void process.kill(process.pid, fallBy);

/** Carries the order out, and prints how many acts that took, or the code that it failed with. */
export async function obey<Config>(
  driver: Pick<Driver<Config>, 'plan' | 'run'>,
  order: PlaneOrder<Config>,
  points: () => number = () => 0,
): Promise<void> {
  const { slot, change, commands } = order;
  try {
    const planned = driver.plan(change, slot);
    for (const command of planned.slice(0, commands ?? planned.length))
      await driver.run(command, slot, AbortSignal.timeout(withinMs));
    if (commands !== undefined) fallOf({})();
    console.log(JSON.stringify({ points: points() }));
  } catch (error) {
    if (!(error instanceof FailureError)) throw error;
    console.log(JSON.stringify({ code: error.failures[0]?.code }));
  }
}
