import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkNamed } from '../testing/world.ts';
import { inOrder } from './checks.ts';

const names = (specs: ReturnType<typeof inOrder>) => specs.map((spec) => spec.name);

test('the order of the file stays where nothing waits, and what is waited for comes first', () => {
  expect(names(inOrder([checkNamed('c'), checkNamed('a'), checkNamed('b')]))).toEqual(['c', 'a', 'b']);
  const chain = [
    checkNamed('c', { after: ['b'] }),
    checkNamed('d'),
    checkNamed('b', { after: ['a'] }),
    checkNamed('a'),
  ];
  expect(names(inOrder(chain))).toEqual(['a', 'b', 'c', 'd']);
  expect(names(inOrder([checkNamed('a', { after: ['runs elsewhere'] })]))).toEqual(['a']);
});

/** Any graph without circles: a check waits only for some with a lower number; then shuffled. */
const graph = fc
  .array(fc.array(fc.nat(9), { maxLength: 4 }), { maxLength: 10 })
  .map((waits) =>
    waits.map((after, index) => ({ name: `c${index}`, after: after.filter((n) => n < index).map((n) => `c${n}`) })),
  )
  .chain((specs) => fc.shuffledSubarray(specs, { minLength: specs.length }));

test('everybody comes once, after everything they wait for, and the same way every time', () => {
  fc.assert(
    fc.property(graph, (specs) => {
      const checks = specs.map(({ name, after }) => checkNamed(name, { after }));
      const ordered = names(inOrder(checks));
      expect(ordered.toSorted()).toEqual(specs.map((spec) => spec.name).toSorted());
      for (const { name, after } of specs)
        for (const before of after) expect(ordered.indexOf(before)).toBeLessThan(ordered.indexOf(name));
      expect(names(inOrder(checks))).toEqual(ordered);
    }),
  );
});
