import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  judgeAddresses,
  judgeEnvironments,
  judgeIdentities,
  markerOf,
  refreshedAt,
  refreshedComment,
} from './direction.ts';

const codes = (failures: readonly { readonly code: string }[]): string[] => failures.map(({ code }) => code);

test('F104 of any two environments data flows one way, and never into the last', () => {
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(names, fc.nat(), fc.nat(), (path, i, j) => {
      const [source, target] = [path[i % path.length]!, path[j % path.length]!];
      const isAllowed = judgeEnvironments(path, source, target).length === 0;
      expect(isAllowed).toBe(path.indexOf(source) > path.indexOf(target));
      if (isAllowed) expect(codes(judgeEnvironments(path, target, source))).toEqual(['GR5050']);
      expect(judgeEnvironments(path, source, path.at(-1)!)).toHaveLength(1);
    }),
  );
  // One that stands beside the path takes data, and gives none.
  expect(judgeEnvironments(['staging', 'production'], 'production', 'local')).toEqual([]);
  expect(codes(judgeEnvironments(['staging', 'production'], 'local', 'staging'))).toEqual(['GR5050']);
});

test('F104 an address that must never be written is known however it is spelled', () => {
  expect(codes(judgeAddresses('LocalHost:5432/shop', ['db:5432/shop', '127.0.0.1:5432/shop']))).toEqual(['GR5051']);
  expect(judgeAddresses('localhost:5432/shop_staging', ['127.0.0.1:5432/shop'])).toEqual([]);
});

test('F104 what the servers say of themselves', () => {
  const database = (systemId: string, name: string, marker: string | null) => ({ systemId, name, marker });
  const production = database('1', 'shop', null);
  const judge = (source: typeof production, target: typeof production) =>
    codes(judgeIdentities(source, target, 'staging'));
  expect(judge(production, database('2', 'shop', 'staging'))).toEqual([]);
  expect(judge(production, database('1', 'shop_staging', 'staging'))).toEqual([]);
  expect(judge(production, database('1', 'shop', 'staging'))).toEqual(['GR5051']);
  expect(judge(production, database('2', 'shop', null))).toEqual(['GR5052']);
  expect(judge(production, database('2', 'shop', 'production'))).toEqual(['GR5052']);
  expect(judge(database('1', 'shop', 'staging'), database('2', 'shop', 'staging'))).toEqual(['GR5053']);
});

test('the comment of a database keeps what others wrote, and says whose it is again and again', () => {
  expect(markerOf('the shop')).toBeNull();
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z .\n]{0,30}$/), fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/), (others, name) => {
      const once = refreshedComment(others, name, 'production', '2026-11-22T06:00:00.000Z');
      const again = refreshedComment(once, name, 'production', '2026-11-23T06:00:00.000Z');
      expect([markerOf(again), refreshedAt(again)]).toEqual([name, '2026-11-23T06:00:00.000Z']);
      expect(again.startsWith(others.trim())).toBe(true);
      expect(again.match(/greenroom:/g)).toHaveLength(1);
    }),
  );
});
