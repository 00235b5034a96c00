import fc from 'fast-check';
import { expect, test } from 'vitest';
import { followCopies, lostWords, type SeenCopies } from './copies.ts';

const web = (...hosts: readonly string[]) => ({ service: 'web', host: hosts[0]!, also: hosts.slice(1) });
const api = { service: 'api', host: 'a' };
const after = (...looks: readonly (readonly Parameters<typeof followCopies>[1][number][])[]) =>
  looks.reduce<SeenCopies | undefined>(followCopies, undefined);

test('a copy that is gone is said once, also when another machine has it, or it comes back', () => {
  expect(lostWords(after([web('a', 'b'), api], [web('b', 'a'), api]))).toBeNull();
  expect(lostWords(after([web('a', 'b'), api], [web('a'), api]))).toBe('a copy was lost: web on b');
  expect(lostWords(after([web('a', 'b')], [web('a')], [web('a', 'c')], [web('a', 'b')]))).toBe(
    'a copy was lost: web on b, web on c',
  );
});

test('nothing is kept where every service is on one machine, whatever port or machine that is', () => {
  expect(after([api], [{ service: 'api', host: 'b' }])).toBeUndefined();
});

test('a service that is not there at all is no copy less', () => {
  expect(after([web('a', 'b')], [], [web('a', 'b')])).toEqual({ on: { web: ['a', 'b'] }, lost: [] });
});

test('lost is what was seen at a look and not at the next one, and nothing else', () => {
  const hosts = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1 });
  fc.assert(
    fc.property(fc.array(hosts, { minLength: 1 }), (looks) => {
      const firstSpread = looks.findIndex((each) => each.length > 1);
      const followed = firstSpread < 0 ? [] : looks.slice(firstSpread);
      const gone = followed.flatMap((each, index) =>
        each.filter((host) => followed[index + 1]?.includes(host) === false),
      );
      const told = after(...looks.map((each) => [web(...each)]));
      expect(told?.lost ?? []).toEqual([...new Set(gone)].map((host) => `web on ${host}`));
    }),
  );
});
