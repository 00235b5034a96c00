import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareData, compareSchemas, type DataFingerprint, type SchemaFact } from './fingerprint.ts';

const fact = fc.record({ name: fc.constantFrom('a', 'b', 'c', 'd', 'e'), text: fc.constantFrom('1', '2', '3') });
const facts = fc.array(fact, { maxLength: 8 });
const shuffledAnd = (list: readonly SchemaFact[]) => fc.shuffledSubarray([...list], { minLength: list.length });

test('a schema is like itself in any order', () => {
  const pairs = facts.chain((list) => fc.tuple(fc.constant(list), shuffledAnd(list)));
  fc.assert(
    fc.property(pairs, ([list, again]) => {
      expect(compareSchemas(list, again)).toEqual([]);
    }),
  );
});

test('the other way round the same names differ, missing and new exchanged', () => {
  const turned = { missing: 'new', new: 'missing', changed: 'changed' } as const;
  fc.assert(
    fc.property(facts, facts, (one, other) => {
      const there = compareSchemas(one, other).map(({ name, how }) => ({ name, how: turned[how] }));
      expect(compareSchemas(other, one)).toEqual(there);
    }),
  );
});

test('each fact that is taken away, added or changed is found', () => {
  const unique = fc.uniqueArray(fact, { selector: ({ name }) => name, minLength: 1 });
  fc.assert(
    fc.property(unique, fc.nat(), (list, pick) => {
      const victim = list[pick % list.length]!;
      const without = list.filter((each) => each !== victim);
      const changed = [...without, { ...victim, text: `${victim.text}!` }];
      expect(compareSchemas(list, without)).toEqual([{ name: victim.name, how: 'missing' }]);
      expect(compareSchemas(without, list)).toEqual([{ name: victim.name, how: 'new' }]);
      expect(compareSchemas(list, changed)).toEqual([{ name: victim.name, how: 'changed' }]);
    }),
  );
});

test('F093 F096 lost data and moved sequences are named, new ones are not', () => {
  const before: DataFingerprint = {
    tables: [
      { relation: 'users', rows: 2, hash: '1' },
      { relation: 'orders', rows: 2, hash: '2' },
      { relation: 'logins', rows: 2, hash: '3' },
      { relation: 'gone', rows: 0, hash: '0' },
    ],
    sequences: [
      { name: 'a', lastValue: null },
      { name: 'b', lastValue: '5' },
      { name: 'c', lastValue: '5' },
    ],
  };
  const after: DataFingerprint = {
    tables: [
      { relation: 'users', rows: 2, hash: '1' },
      { relation: 'orders', rows: 1, hash: '2' },
      { relation: 'logins', rows: 2, hash: '4' },
      { relation: 'new', rows: 9, hash: '9' },
    ],
    sequences: [
      { name: 'a', lastValue: null },
      { name: 'b', lastValue: '6' },
    ],
  };
  expect(compareData(before, after)).toEqual({ lostTables: ['orders', 'logins', 'gone'], movedSequences: ['b', 'c'] });
  expect(compareData(before, before)).toEqual({ lostTables: [], movedSequences: [] });
});
