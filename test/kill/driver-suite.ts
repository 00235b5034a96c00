import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { driverControls, driverPoints, ways, type Way } from './driver-rounds.ts';
import { closeGround, killRound, openGround, settled, type Ground } from './loop.ts';
import { platforms, type PlatformName } from './platforms/platforms.ts';

const limitMs = 300_000;

/** Undisturbed once, then killed at each of the places, which it must have passed; `isThere`: its tools are. */
export function describeDriver(
  name: PlatformName,
  isThere: boolean,
  rounds: readonly (readonly [title: string, way: Way, point: string])[],
): void {
  describe.skipIf(!isThere)(`the kill loop with ${name}`, () => {
    let ground: Ground;
    const used = [...new Set(rounds.map(([, way]) => way))];

    beforeAll(async () => {
      ground = await openGround({ kind: platforms[name] });
    }, limitMs);
    afterAll(() => closeGround(ground), limitMs);

    it.each(used)(
      'finds nothing wrong where nobody dies, and passes the points that are killed below: %s',
      async (way) => {
        const points = (await driverPoints(ground, way)).map(({ point }) => point);
        const wanted = rounds.flatMap(([, each, point]) => (each === way ? [point] : []));
        expect(points).toEqual(expect.arrayContaining(wanted));
      },
      limitMs,
    );

    it.each(rounds)(
      '%s (%s, %s)',
      async (_title, way, point) => {
        const { complaints, recoveryMs } = await killRound(ground, { ...ways[way], point, takeover: 'resume' });
        expect(complaints).toEqual([]);
        expect(recoveryMs).not.toBeNull();
      },
      limitMs,
    );

    it(
      'leaves no flow open',
      async () => {
        expect(await settled(ground)).toEqual([]);
      },
      limitMs,
    );

    it(
      'would see a second copy of a service, and users who are refused',
      async () => {
        expect((await driverControls['a second copy'](ground)).join('\n')).toContain('processes: ');
        expect((await driverControls['nobody answers'](ground)).join('\n')).toMatch(/\d+ requests failed/);
      },
      limitMs,
    );
  });
}
