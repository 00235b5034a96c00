import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameBoundary } from './frame-boundary.ts';

function frame(payload: Uint8Array, masked: boolean): Buffer {
  const mask = masked ? 0x80 : 0;
  const size = payload.length;
  const head =
    size < 126
      ? [0x82, mask | size]
      : size < 65_536
        ? [0x82, mask | 126, size >> 8, size & 255]
        : [0x82, mask | 127, 0, 0, 0, 0, 0, size >> 16, (size >> 8) & 255, size & 255];
  return Buffer.concat([Buffer.from(head), masked ? Buffer.from([1, 2, 3, 4]) : Buffer.alloc(0), payload]);
}

const frames = fc.array(
  fc.record({ size: fc.oneof(fc.nat(200), fc.constantFrom(125, 126, 65_535, 65_536, 70_000)), masked: fc.boolean() }),
  { minLength: 1, maxLength: 5 },
);

test('however a stream is cut into chunks, it is between frames exactly where a frame ends', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 3_000 }), { minLength: 1 }), (specs, cuts) => {
      const parts = specs.map(({ size, masked }) => frame(Buffer.alloc(size, 0x88), masked));
      const stream = Buffer.concat(parts);
      const ends = new Set(parts.map((_, i) => parts.slice(0, i + 1).reduce((sum, part) => sum + part.length, 0)));
      const boundary = new FrameBoundary();
      for (let at = 0, i = 0; at < stream.length; i += 1) {
        const chunk = stream.subarray(at, at + cuts[i % cuts.length]!);
        expect(boundary.take(chunk, false)).toBe(chunk.length);
        at += chunk.length;
        expect(boundary.between).toBe(ends.has(at));
      }
    }),
    { numRuns: 100 },
  );
});

test('asked to stop, it takes just the rest of the frame', () => {
  const boundary = new FrameBoundary();
  const [one, two] = [frame(Buffer.alloc(300), false), frame(Buffer.alloc(10), false)];
  boundary.take(one.subarray(0, 2), false);
  expect(boundary.take(Buffer.concat([one.subarray(2), two]), true)).toBe(one.length - 2);
  expect(boundary.between).toBe(true);
});
