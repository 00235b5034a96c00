import fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorCode, frame, queryFrame, readyFrame, rowOf, statusOf, takeFrames, textsOf } from './wire-frames.ts';

const kinds = fc.constantFrom('Q', 'P', 'D', 'Z', 'E');
const made = fc.array(fc.tuple(kinds, fc.uint8Array({ maxLength: 40 })), { maxLength: 12 });

test('however a stream is cut into pieces, the same messages come out, and nothing is left', () => {
  fc.assert(
    fc.property(made, fc.array(fc.nat(9)), (parts, cuts) => {
      const sent = parts.map(([kind, body]) => frame(kind, Buffer.from(body)));
      let stream: Buffer = Buffer.concat(sent.map(({ bytes }) => bytes));
      let rest: Buffer = Buffer.alloc(0);
      const got: string[] = [];
      for (const size of [...cuts, stream.length]) {
        const taken = takeFrames(Buffer.concat([rest, stream.subarray(0, size)]));
        stream = stream.subarray(size);
        rest = taken.rest;
        got.push(...taken.frames.map(({ kind, bytes }) => `${kind}${bytes.toString('hex')}`));
      }
      expect(got).toEqual(sent.map(({ kind, bytes }) => `${kind}${bytes.toString('hex')}`));
      expect(rest).toHaveLength(0);
    }),
  );
});

test('the first message of a client has no letter, and what follows it waits', () => {
  const opening = Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]);
  const { frames, rest } = takeFrames(Buffer.concat([opening, Buffer.from('xy')]), true);
  expect(frames.map(({ kind, bytes }) => [kind, bytes.length])).toEqual([['', 8]]);
  expect(rest.toString()).toBe('xy');
});

test('texts, states, failures and rows are read as they were written', () => {
  expect(textsOf(queryFrame('select "ü"'), 1)).toEqual(['select "ü"']);
  expect(textsOf(frame('P', Buffer.from('name\0select 1\0\0\0')), 2)).toEqual(['name', 'select 1']);
  expect(statusOf(readyFrame('T'))).toBe('T');
  expect(errorCode(frame('E', Buffer.from('SERROR\0VERROR\0C55P03\0Mnot now\0\0')))).toBe('55P03');
  const row = Buffer.from([0, 2, 0, 0, 0, 2, 0x6f, 0x6b, 0xff, 0xff, 0xff, 0xff]);
  expect(rowOf(frame('D', row))).toEqual(['ok', null]);
});
