import { text } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withoutLines } from './feed-file.ts';

const unwanted = ['\\restrict abc', 'x'];
const sent = (chunks: readonly Buffer[]): Promise<string> =>
  text(Readable.from(chunks).pipe(withoutLines(unwanted)).setEncoding('latin1'));

test('every other line goes through byte for byte, however it is cut into pieces', async () => {
  const line = fc.oneof(
    fc.constantFrom(...unwanted, 'xx', '\\restrict abcd', '', '\u00e4\u00ff'),
    fc.string({ maxLength: 8 }).map((word) => word.replaceAll('\n', '')),
    fc.nat({ max: 2_100 }).map((length) => 'x'.repeat(length)),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 8 }),
      fc.array(fc.nat(4_000)),
      fc.boolean(),
      async (lines, cuts, isEnded) => {
        const isKept = (each: string) => !unwanted.includes(each.replace(/\r$/, ''));
        const bytes = Buffer.from(lines.join('\n') + (isEnded ? '\n' : ''), 'latin1');
        const expected = bytes
          .toString('latin1')
          .split(/(?<=\n)/)
          .filter((each) => isKept(each.replace(/\n$/, '')))
          .join('');
        const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
        const chunks = at
          .slice(1)
          .map((end, index) => bytes.subarray(at[index], end))
          .filter(({ length }) => length > 0);
        expect(await sent(chunks)).toBe(expected);
      },
    ),
  );
});
