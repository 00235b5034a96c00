import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutIntoPieces, isWhole, wholeBytesOf } from './pieces.ts';

const table = fc.record({
  table: fc.constant('public.t'),
  storedIn: fc.stringMatching(/^p\d{1,3}$/),
  sizeBytes: fc.nat(5_000).map((blocks) => blocks * 8192),
  blockBytes: fc.constant(8192),
});

test('every block is in one piece, and what comes after the last as measured is in the last', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(table, { selector: (each) => each.storedIn, maxLength: 5 }),
      fc.boolean(),
      fc.constantFrom(1, 2, 8).map((times) => times * 1024 * 1024),
      (tables, canSplit, wholeBytes) => {
        const pieces = cutIntoPieces(tables, { canSplit, pieceBytes: 1024 * 1024, wholeBytes });
        expect(pieces.map(({ sizeBytes }) => sizeBytes)).toEqual(
          pieces.map(({ sizeBytes }) => sizeBytes).toSorted((a, b) => b - a),
        );
        for (const { storedIn } of tables) {
          const own = pieces
            .filter((piece) => piece.storedIn === storedIn)
            .toSorted((a, b) => a.fromBlock - b.fromBlock);
          expect(own[0]!.fromBlock).toBe(0);
          expect(own.map(({ toBlock }) => toBlock)).toEqual([...own.slice(1).map(({ fromBlock }) => fromBlock), null]);
          const stays = !canSplit || tables.find((each) => each.storedIn === storedIn)!.sizeBytes <= wholeBytes;
          if (stays) expect(own).toHaveLength(1);
          expect(own.every(isWhole)).toBe(own.length === 1);
        }
      },
    ),
  );
});

test('a table stays whole as long as the others have as much to do meanwhile', () => {
  const MB = 1024 * 1024;
  const tablesOf = (...sizes: number[]) =>
    sizes.map((size) => ({ table: 't', storedIn: 't', sizeBytes: size * MB, blockBytes: 8192 }));
  expect(wholeBytesOf(tablesOf(400, 300, 300), 2)).toBe(250 * MB);
  expect(wholeBytesOf(tablesOf(10, 20), 2)).toBe(64 * MB);
  expect(wholeBytesOf(tablesOf(90_000), 4)).toBe(1024 * MB);
});
