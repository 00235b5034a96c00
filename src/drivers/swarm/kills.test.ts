import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { noSwarm, openSwarm, type Swarm } from '../../../test/rig/swarm.ts';
import { ask } from '../compose/testing/world.ts';
import { endOfPlane } from '../process/testing/world.ts';
import type { SwarmSlot } from './scene.ts';
import { carryOut, openWorld, stackFile, startPlane, type World } from './testing/world.ts';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 300_000 });

describe.skipIf(noSwarm() !== null)(
  'a control plane that is killed between two calls to the swarm (needs root, docker)',
  () => {
    let swarm: Swarm;
    let world: World;
    beforeAll(() => {
      swarm = openSwarm();
    });
    afterAll(() => swarm.close());
    beforeEach(async () => {
      // Without the second service, which would be infrastructure for a slot that has only the first.
      world = await openWorld(swarm, stackFile(1).replace(/ {2}media-api:[\s\S]*?(?=secrets:\n {2}password)/, ''));
    });
    afterEach(() => world.dispose());
    const oneService = (epoch: number): SwarmSlot => {
      const slot = world.slot({ epoch });
      return { ...slot, services: slot.services.slice(0, 1) };
    };
    const gone = () => [world.left('service'), world.left('network'), world.left('secret')];

    test.each(['start', 'stop'] as const)(
      'F001 F002 %s: the next one ends in the right state, each time',
      async (change) => {
        const afresh = async (epoch: number): Promise<void> => {
          if (change === 'stop') await carryOut('start', oneService(epoch));
          else await carryOut('stop', oneService(epoch));
        };
        await carryOut('prepare', oneService(1));
        await afresh(1);
        const whole = JSON.parse((await endOfPlane(startPlane({ slot: oneService(2), change }))).output) as {
          points: number;
        };
        expect(whole.points).toBeGreaterThan(2);
        for (let fallAt = 1; fallAt <= whole.points; fallAt += 1) {
          await afresh(fallAt * 3);
          const plane = await endOfPlane(startPlane({ slot: oneService(fallAt * 3 + 1), change, fallAt }));
          expect(plane.signalName).toBe('SIGKILL');
          // The same control plane restarted comes with its own epoch, another with a higher one.
          const [web] = await carryOut(change, oneService(fallAt * 3 + 1 + (fallAt % 2)));
          expect({ fallAt, running: await world.running() }).toEqual({
            fallAt,
            running: change === 'start' ? ['web'] : [],
          });
          if (change === 'start') {
            expect(await ask(web!)).toMatchObject({ release: 'rel_one' });
            // What was made is on record, whoever was killed before it was, and nothing differs from it.
            expect({ fallAt, differences: web!.differences, made: world.made() }).toEqual({ fallAt, made: ['web'] });
          } else expect(gone()).toEqual([[], [], []]);
        }
        console.log(`swarm driver: ${change} killed at ${whole.points} acts, right each time`);
      },
    );
  },
);
