import type { ChildProcess } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FailureError } from '../../../domain/failure.ts';
import type { Driver, Slot } from '../../../kinds/driver.ts';
import { endOfPlane } from '../../process/testing/world.ts';

/** A system whose starts begin a service that its state does not know of, and that end as failed once they are let. */
export interface UnprovenHarness {
  readonly driver: Pick<Driver, 'plan' | 'run'>;
  /** One service. */
  slot(options: { readonly epoch: number; readonly release?: 'one' | 'two'; readonly operation?: string }): Slot;
  letStartsEnd(): void;
  /** From now on a start is refused before it begins anything. */
  refuseStarts(): void;
  /** The next stop ends as failed and leaves what runs. */
  failOneStop(): void;
  /** Greenroom in another process, which starts. */
  plane(slot: Slot): ChildProcess;
  /** What really runs. */
  running(): Promise<readonly string[]>;
  /** Stops that the system was asked for. */
  stops(): number;
  dispose(): Promise<void>;
}

/** What every driver must do whose system starts services on its own: a wish on record is undone by a wish. */
export function unprovenContract(name: string, open: () => Promise<UnprovenHarness>): void {
  describe(`a start that nobody has proven: ${name}`, () => {
    let it: UnprovenHarness;
    beforeEach(async () => {
      it = await open();
    });
    afterEach(() => it.dispose());

    const carryOut = async (change: 'prepare' | 'start' | 'stop', slot: Slot): Promise<void> => {
      for (const command of it.driver.plan(change, slot))
        await it.driver.run(command, slot, AbortSignal.timeout(60_000));
    };
    const codeOf = (act: Promise<void>): Promise<string> =>
      act.then(
        () => 'none',
        (error: unknown) => (error instanceof FailureError ? error.failures[0]!.code : Promise.reject(error as Error)),
      );
    const halfStarted = async (): Promise<void> => {
      it.letStartsEnd();
      expect(await codeOf(carryOut('start', it.slot({ epoch: 1, operation: 'one' })))).toMatch(/^GR64(23|34)$/);
      expect(await it.running()).toHaveLength(1);
      expect(it.stops()).toBe(0);
    };

    test('its stop is asked for, though no state knows of it; once, and then it is over', async () => {
      await halfStarted();
      await carryOut('stop', it.slot({ epoch: 2, operation: 'back' }));
      expect([await it.running(), it.stops()]).toEqual([[], 1]);
      await carryOut('stop', it.slot({ epoch: 3, operation: 'again' }));
      expect(it.stops()).toBe(1);
    });

    test('F001 Greenroom is killed in the middle of it: the next one asks for its stop', async () => {
      const plane = it.plane(it.slot({ epoch: 1, operation: 'one' }));
      const ended = endOfPlane(plane);
      await expect.poll(async () => (await it.running()).length, { timeout: 60_000 }).toBe(1);
      plane.kill('SIGKILL');
      await ended;
      it.letStartsEnd();
      await carryOut('stop', it.slot({ epoch: 2, operation: 'back' }));
      expect([await it.running(), it.stops()]).toEqual([[], 1]);
    });

    test('a stop of it that failed is not the end of it: the next one is asked for as well', async () => {
      await halfStarted();
      it.failOneStop();
      expect(await codeOf(carryOut('stop', it.slot({ epoch: 2, operation: 'back' })))).toMatch(/^GR64(23|34)$/);
      expect(await it.running()).toHaveLength(1);
      await carryOut('stop', it.slot({ epoch: 3, operation: 'again' }));
      expect([await it.running(), it.stops()]).toEqual([[], 2]);
    });

    test('another release makes room of it first', async () => {
      await halfStarted();
      await carryOut('prepare', it.slot({ epoch: 2, release: 'two', operation: 'next' }));
      expect([await it.running(), it.stops()]).toEqual([[], 1]);
    });

    test('a start that surely began nothing asks for no stop', async () => {
      it.refuseStarts();
      expect(await codeOf(carryOut('start', it.slot({ epoch: 1, operation: 'one' })))).toMatch(/^GR64(21|32)$/);
      await carryOut('stop', it.slot({ epoch: 2, operation: 'back' }));
      expect([await it.running(), it.stops()]).toEqual([[], 0]);
    });
  });
}
