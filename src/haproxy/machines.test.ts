import { afterEach, describe, expect, test } from 'vitest';
import { until } from '../edge/testing/rig.ts';
import type { TrafficTarget } from '../kinds/traffic.ts';
import { codeOf } from './testing/code-of.ts';
import { haproxyProgram, Rig } from './testing/rig.ts';
import { steadyLoad } from './testing/steady-load.ts';

const reach = { machines: 3, check: '/' };
const [first, second, third] = ['127.0.0.1', '127.0.0.2', '127.0.0.3'] as const;
const rigs: Rig[] = [];
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.close();
});

/** A service on two machines, which have a port in common and say who they are. */
async function onTwo() {
  const rig = await Rig.make();
  rigs.push(rig);
  const one = await rig.app('one', { host: first });
  const two = await rig.app('two', { host: second, port: one.port });
  const target: TrafficTarget = {
    ...rig.target(1, 'blue', one.port),
    services: { web: { host: first, port: one.port, also: [second], standby: [third] } },
  };
  return { rig, one, two, target, handle: rig.open({ reach }) };
}
const seen = async (rig: Rig): Promise<ReadonlySet<string>> =>
  new Set(await Promise.all(Array.from({ length: 12 }, () => rig.seen())));

describe.skipIf(haproxyProgram() === null)(
  'a service on several machines behind a real HAProxy (needs haproxy)',
  () => {
    test('all that have a copy get requests, also of a proxy that starts again; nobody is sent to one on standby that is not there', async () => {
      const { rig, target, handle } = await onTwo();
      expect(await handle.point(target)).toEqual(target);
      expect(await seen(rig)).toEqual(new Set(['200 one', '200 two']));
      await rig.kill();
      await handle.ensure();
      expect(await handle.current()).toEqual(target);
      expect(await seen(rig)).toEqual(new Set(['200 one', '200 two']));
    });

    test('a machine that is lost costs nothing but what it had under way, and one on standby takes its place unasked', async () => {
      const { rig, two, target, handle } = await onTwo();
      await handle.point(target);
      const load = steadyLoad(rig.port);
      await until(() => load.replies.length > 500, 60_000);
      const exited = new Promise((resolve) => two.child.once('exit', resolve));
      two.child.kill('SIGKILL');
      await exited;
      const lostMs = performance.now();
      await until(() => load.replies.filter(({ beganMs }) => beganMs > lostMs).length > 1_000, 60_000);
      await rig.app('three', { host: third, port: two.port });
      const before = load.replies.length;
      await until(() => load.replies.slice(before).some(({ seen: who }) => who === '200 three'), 60_000);
      await load.stop();
      const bad = load.replies.filter(({ seen: who }) => !/^200 (one|two|three)$/.test(who));
      expect(bad.filter(({ beganMs }) => beganMs > lostMs)).toEqual([]);
    });

    test('a switch to other machines and back is read back, and the same machines in another order are the same place', async () => {
      const { rig, one, target, handle } = await onTwo();
      await handle.point(target);
      const port = one.port;
      const moved = { ...target, services: { web: { host: second, port, also: [first], standby: [third] } } };
      expect(await handle.point(moved)).toEqual(target);
      const green = await rig.app('green', { host: third });
      const next = {
        ...target,
        ...{ epoch: 2, colour: 'green' as const, release: 'green' },
        services: { web: { host: third, port: green.port } },
      };
      expect(await handle.point(next)).toEqual(next);
      expect(await seen(rig)).toEqual(new Set(['200 green']));
      const back = { ...target, epoch: 3 };
      expect(await handle.point(back)).toEqual(back);
      expect(await seen(rig)).toEqual(new Set(['200 one', '200 two']));
      const [blue] = (await handle.load()).filter(({ colour }) => colour === 'blue');
      expect(blue).toMatchObject({ status5xx: 0, transportErrors: 0, httpInFlight: 0 });
      expect(blue!.requests).toBe(12);
    });

    test('more machines than it was made for are refused, and so is a proxy that was started for fewer', async () => {
      const { rig, target, handle } = await onTwo();
      await handle.ensure();
      const four = { web: { ...target.services['web']!, standby: [third, '127.0.0.4'] } };
      expect(await codeOf(handle.point({ ...target, services: four }))).toBe('GR7459');
      expect(await codeOf(rig.open().ensure())).toBe('GR7404');
      expect(await handle.current()).toMatchObject({ colour: null });
    });
  },
);
