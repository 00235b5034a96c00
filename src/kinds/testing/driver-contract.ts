import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FailureError } from '../../domain/failure.ts';
import type { Colour, Driver, Instance, Slot } from '../driver.ts';

/** A driver on a real system, with a release that has two services, and an oracle that does not ask the driver. */
export interface DriverHarness {
  readonly driver: Pick<Driver, 'plan' | 'run' | 'observe'>;
  slot(options: { readonly epoch: number; readonly release?: 'one' | 'two'; readonly colour?: Colour }): Slot;
  /** What really runs, as the system tells it: one `service` for each living copy, sorted. */
  running(): Promise<readonly string[]>;
  /** Release that answers there within some seconds. */
  answering(instance: Instance): Promise<string>;
  killFromOutside(instance: Instance): Promise<void>;
  /** Lets the service die and gives its number, as the driver has noted it, to a stranger's process. */
  replaceByStranger(slot: Slot, service: string): Promise<{ readonly alive: () => boolean }>;
  /** Carries out the first `commands` commands of a change in another process, which is then killed with SIGKILL. */
  runAndDie(slot: Slot, change: Change, commands: number): Promise<void>;
  /** Longest time of one command, where making a container of it takes more than starting a process. */
  readonly commandMs?: number;
  /** Ends everything it started. */
  dispose(): Promise<void>;
}

type Change = 'prepare' | 'start' | 'stop';

/** What every driver must do; run by the test of each. */
export function driverContract(name: string, open: () => Promise<DriverHarness>): void {
  describe(`driver contract: ${name}`, () => {
    let it: DriverHarness;
    beforeEach(async () => {
      it = await open();
    });
    afterEach(() => it.dispose());

    const carryOut = async (change: Change, slot: Slot): Promise<void> => {
      for (const command of it.driver.plan(change, slot))
        await it.driver.run(command, slot, AbortSignal.timeout(it.commandMs ?? 15_000));
    };
    const up = async (slot: Slot): Promise<readonly Instance[]> => {
      await carryOut('prepare', slot);
      await carryOut('start', slot);
      return it.driver.observe(slot);
    };
    const both = (slot: Slot): string[] => slot.services.map((service) => service.name).toSorted();

    test('plan is pure and names every service in words', async () => {
      const slot = it.slot({ epoch: 1 });
      expect(it.driver.plan('start', slot)).toEqual(it.driver.plan('start', slot));
      expect(it.driver.plan('start', slot).map((command) => command.service)).toEqual(slot.services.map((s) => s.name));
      for (const change of ['prepare', 'start', 'stop'] as const)
        for (const command of it.driver.plan(change, slot))
          expect(command.text).toContain(command.service ?? slot.colour);
      expect(await it.running()).toEqual([]);
    });

    test('start twice is start once, and its release answers', async () => {
      const slot = it.slot({ epoch: 1 });
      const first = await up(slot);
      expect(first.map((instance) => instance.service).toSorted()).toEqual(both(slot));
      for (const instance of first) expect(await it.answering(instance)).toBe(slot.release.id);
      await carryOut('start', slot);
      expect(await it.driver.observe(slot)).toEqual(first);
      expect(await it.running()).toEqual(both(slot));
    });

    test('stop twice is stop once, and nothing is left', async () => {
      const slot = it.slot({ epoch: 1 });
      await up(slot);
      await carryOut('stop', slot);
      await carryOut('stop', slot);
      expect(await it.driver.observe(slot)).toEqual([]);
      expect(await it.running()).toEqual([]);
    });

    test('what is killed from outside is missing at once, and start brings only that back', async () => {
      const slot = it.slot({ epoch: 1 });
      const [first, second] = await up(slot);
      await it.killFromOutside(first!);
      expect(await it.driver.observe(slot)).toEqual([second]);
      await carryOut('start', slot);
      const now = await it.driver.observe(slot);
      expect(now).toContainEqual(second);
      expect(now.map((instance) => instance.service).toSorted()).toEqual(both(slot));
      expect(await it.running()).toEqual(both(slot));
    });

    test('two colours stand beside each other and stop apart', async () => {
      const [blue, green] = [
        it.slot({ epoch: 1, colour: 'blue' }),
        it.slot({ epoch: 2, colour: 'green', release: 'two' }),
      ];
      const old = await up(blue);
      const now = await up(green);
      for (const instance of now) expect(await it.answering(instance)).toBe(green.release.id);
      expect(await it.driver.observe(blue)).toEqual(old);
      await carryOut('stop', { ...blue, epoch: 2 });
      expect(await it.driver.observe(green)).toEqual(now);
      expect(await it.running()).toEqual(both(green));
    });

    test('a newer release under a higher epoch takes the place of the older one', async () => {
      await up(it.slot({ epoch: 1 }));
      const newer = it.slot({ epoch: 2, release: 'two' });
      for (const instance of await up(newer)) expect(await it.answering(instance)).toBe(newer.release.id);
      expect(await it.running()).toEqual(both(newer));
    });

    test.each(['prepare', 'start', 'stop'] as const)(
      'F007 %s under a lower epoch is refused and changes nothing',
      async (change) => {
        const stands = await up(it.slot({ epoch: 5 }));
        for (const release of ['one', 'two'] as const) {
          const late = it.slot({ epoch: 4, release });
          const refusal = await carryOut(change, late).then(
            () => null,
            (error: unknown) => error,
          );
          expect(refusal).toBeInstanceOf(FailureError);
          expect((refusal as FailureError).failures[0]?.code).toMatch(/^GR\d409$/);
        }
        expect(await it.driver.observe(it.slot({ epoch: 5 }))).toEqual(stands);
      },
    );

    test('the pid of a stranger is never killed, and not taken for the service', async () => {
      const slot = it.slot({ epoch: 1 });
      const [first, second] = await up(slot);
      const stranger = await it.replaceByStranger(slot, first!.service);
      expect(await it.driver.observe(slot)).toEqual([second]);
      await carryOut('start', slot);
      expect(stranger.alive()).toBe(true);
      const again = await it.replaceByStranger(slot, first!.service);
      await carryOut('stop', slot);
      expect([stranger.alive(), again.alive()]).toEqual([true, true]);
      expect(await it.running()).toEqual([]);
    });

    test('F001 F002 killed between any two commands, the next one ends in the right state', async () => {
      const slot = it.slot({ epoch: 1 });
      const next = it.slot({ epoch: 2 });
      for (let commands = 0; commands <= slot.services.length; commands += 1) {
        await it.runAndDie(commands === 0 ? slot : next, 'start', commands);
        await carryOut('start', next);
        expect(await it.running()).toEqual(both(next));
        expect((await it.driver.observe(next)).map((instance) => instance.service).toSorted()).toEqual(both(next));
        await it.runAndDie(next, 'stop', commands);
        await carryOut('stop', next);
        expect(await it.running()).toEqual([]);
      }
    });
  });
}
