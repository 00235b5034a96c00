import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { endOfPlane } from '../process/testing/world.ts';
import type { ComposeSlot } from './scene.ts';
import { docker, dockerProgram, lines } from './testing/docker.ts';
import { ask, carryOut, openWorld, removeBase, startPlane, teamFile, type World } from './testing/world.ts';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 300_000 });

const onlyWeb = teamFile.replace(/ {2}media-api:[^]*?(?= {2}counter:)/, '').replace(', media-api', '');

describe.skipIf(dockerProgram() === null)('killed at every act on the daemon (needs docker)', () => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld({ file: onlyWeb });
  });
  afterEach(() => world.dispose());
  afterAll(removeBase);

  const oneService = (epoch: number): ComposeSlot => {
    const slot = world.slot({ epoch, stopGraceMs: 5_000 });
    return { ...slot, services: slot.services.slice(0, 1) };
  };
  const left = (what: 'network' | 'container'): readonly string[] =>
    lines(docker(what, 'ls', '-q', '--filter', `label=com.docker.compose.project=${world.project}-staging-green`));

  test.each(['start', 'stop'] as const)(
    'F001 F002 %s: the next one ends with exactly what belongs there',
    async (change) => {
      const opposite = change === 'start' ? 'stop' : 'start';
      const afresh = async (epoch: number): Promise<void> => {
        await carryOut(opposite, oneService(epoch));
        // Chosen ports and settled images are kept; without them every start has the same acts.
        const { stateDirectory } = oneService(epoch);
        if (change === 'stop') return;
        rmSync(join(stateDirectory, 'green', '.ports.json'), { force: true });
        rmSync(join(stateDirectory, '..', '.images'), { recursive: true, force: true });
      };
      // Infrastructure is started once.
      await carryOut('start', oneService(1));
      await afresh(1);
      const whole = JSON.parse((await endOfPlane(startPlane({ slot: oneService(2), change }))).output) as {
        points: number;
      };
      expect(whole.points).toBeGreaterThan(change === 'start' ? 4 : 2);
      for (let fallAt = 1; fallAt <= whole.points; fallAt += 1) {
        await afresh(fallAt * 3);
        const plane = await endOfPlane(startPlane({ slot: oneService(fallAt * 3 + 1), change, fallAt }));
        expect(plane.signalName).toBe('SIGKILL');
        // The same control plane restarted comes with its own epoch, another with a higher one.
        const next = oneService(fallAt * 3 + 1 + (fallAt % 2));
        const [web] = await carryOut(change, next);
        expect({ fallAt, running: await world.running() }).toEqual({
          fallAt,
          running: change === 'start' ? ['web'] : [],
        });
        if (change === 'start') expect(await ask(web!)).toMatchObject({ release: 'rel_one' });
        else expect([left('container'), left('network')]).toEqual([[], []]);
      }
      console.log(`compose driver: ${change} killed at ${whole.points} acts, right each time`);
    },
  );

  test('F006 a CLI that outlives its control plane starts nothing, and what it makes is replaced', async () => {
    await carryOut('start', oneService(1));
    await carryOut('stop', oneService(2));
    const plane = startPlane({
      slot: { ...oneService(3), release: world.slot({ epoch: 3, release: 'two' }).release },
      change: 'start',
    });
    const ended = endOfPlane(plane);
    // Killed as soon as its container is there, which its CLI may still be about to connect.
    while (left('container').length === 0 && plane.exitCode === null) await sleep(5);
    plane.kill('SIGKILL');
    await ended;
    const [web] = await carryOut('start', oneService(4));
    expect(await ask(web!)).toMatchObject({ release: 'rel_one' });
    expect(await world.running()).toEqual(['web']);
    expect(left('container')).toHaveLength(1);
  });
});
