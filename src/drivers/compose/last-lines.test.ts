import { expect, test } from 'vitest';
import { withoutFrames } from './last-lines.ts';

const piece = (output: 1 | 2, text: string): Buffer => {
  const head = Buffer.alloc(8);
  head[0] = output;
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
};

test.each([1, 9, 10, 127, 128, 195, 200, 255, 256, 300, 4_096, 16_384])(
  'a piece of %d bytes is its text',
  (sizeBytes) => {
    const text = `${'x'.repeat(sizeBytes - 1)}\n`;
    const answer = Buffer.concat([
      piece(1, text),
      piece(2, 'é: not found\n'),
      piece(1, 'be'),
      piece(1, 'gun\n'),
    ]).toString();
    expect(withoutFrames(answer)).toBe(`${text}é: not found\nbegun\n`);
  },
);

test('with a terminal there are no pieces', () => {
  expect(withoutFrames('one\ntwo\n')).toBe('one\ntwo\n');
});
