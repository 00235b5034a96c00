import type { Host } from '../host.ts';

/** Calls that only look; how often they come depends on the time, so they are no points to fall at. */
const looks = new Set<PropertyKey>(['status', 'now', 'elapsed', 'sleep', 'list', 'inheritedVariables']);

/** Counts the calls that touch the world, opening a gate among them, and falls right before the one of number `fallAt`. */
export function mortalHost(host: Host, fallAt: number, fall: () => void): { host: Host; points: () => number } {
  let points = 0;
  const point = (): void => {
    points += 1;
    if (points === fallAt) fall();
  };
  const mortal = new Proxy(host, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function' || looks.has(name)) return member;
      return (...args: unknown[]): unknown => {
        point();
        return Reflect.apply(member, target, args);
      };
    },
  });
  const launch: Host['launch'] = async (order) => {
    point();
    const launched = await host.launch(order);
    if (launched.status === 'not-started') return launched;
    return { ...launched, go: () => (point(), launched.go()) };
  };
  const withLaunch = new Proxy(mortal, {
    get: (target, name) => (name === 'launch' ? launch : Reflect.get(target, name)),
  });
  return { host: withLaunch, points: () => points };
}
