import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cutIntoPieces } from './pieces.ts';

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
      (tables, canSplit) => {
        const pieces = cutIntoPieces(tables, canSplit, 1024 * 1024);
        expect(pieces.map(({ sizeBytes }) => sizeBytes)).toEqual(
          pieces.map(({ sizeBytes }) => sizeBytes).toSorted((a, b) => b - a),
        );
        for (const { storedIn } of tables) {
          const own = pieces
            .filter((piece) => piece.storedIn === storedIn)
            .toSorted((a, b) => a.fromBlock - b.fromBlock);
          expect(own[0]!.fromBlock).toBe(0);
          expect(own.map(({ toBlock }) => toBlock)).toEqual([...own.slice(1).map(({ fromBlock }) => fromBlock), null]);
          if (!canSplit) expect(own).toHaveLength(1);
        }
      },
    ),
  );
});
