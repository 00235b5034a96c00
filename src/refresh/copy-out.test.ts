import { Duplex, PassThrough, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import * as op from '../kernel/operations.ts';
import {
  asText,
  column,
  int16,
  int32,
  maskText,
  messagesOf,
  rowsOf,
  testKernel,
} from '../kernel/testing/copy-stream.ts';
import type { BorrowedStream } from './borrowed-stream.ts';
import { copyOut, type CopiedTable } from './copy-out.ts';

const kernel = testKernel();
const program = [column(op.KEEP), column(op.EMAIL)];
const rows = [
  [Buffer.from('one'), Buffer.from('anna@sea.example')],
  [null, Buffer.from('bo@sea.example')],
  [Buffer.from('three'), null],
];
const message = (type: string, body: Buffer | string): Buffer => {
  const bytes = Buffer.from(body);
  return Buffer.concat([Buffer.from(type), int32(bytes.length + 4), bytes]);
};
const begin = message('H', Buffer.concat([Buffer.from([1]), int16(2), int16(1), int16(1)]));
const copied = messagesOf(rows);
const counted = message('C', 'COPY 3\0');
const ready = message('Z', 'T');
const notice = message('N', 'SNOTICE\0Mhello\0\0');
const refused = message(
  'E',
  'SERROR\0C22P02\0Minvalid input: "anna@sea.example"\0Dvalue anna@sea.example\0tpeople\0\0',
);

/** What the target got, after the source sent these pieces one by one. */
async function receive(pieces: readonly Buffer[], isSlow = false): Promise<{ seen: CopiedTable; output: Buffer }> {
  kernel.begin(program);
  const stream = new PassThrough();
  const got: Buffer[] = [];
  const into = Duplex.from(
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        got.push(Buffer.from(chunk));
        if (isSlow) setImmediate(done);
        else done();
      },
    }),
  );
  const onLost = (act: () => void): void => {
    for (const ending of ['error', 'close']) stream.once(ending, act);
  };
  const source: BorrowedStream = { stream, onLost, ask: () => {}, giveBack: () => {} };
  const work = copyOut(source, 'COPY', { kernel, table: 'people', columns: ['id', 'email'], into });
  work.catch(() => {}); // it may fail while pieces are still being sent
  for (const piece of pieces) {
    stream.write(piece);
    if (pieces.length > 3) continue;
    await new Promise((resolve) => setImmediate(resolve));
  }
  stream.end();
  const seen = await work;
  const frames = Buffer.concat(got);
  const payloads: Buffer[] = [];
  for (let at = 0; at < frames.length; at += 1 + frames.readInt32BE(at + 1)) {
    expect(frames[at]).toBe('d'.charCodeAt(0));
    payloads.push(frames.subarray(at + 5, at + 1 + frames.readInt32BE(at + 1)));
  }
  return { seen, output: Buffer.concat(payloads) };
}
const whole = Buffer.concat([begin, copied, counted, ready]);
const expected = rows.map(([id, email]) => [asText(id!), email ? maskText(kernel, op.EMAIL, asText(email)!) : null]);

test('the header and the first row come in one message: every row is masked, wherever the bytes are cut', async () => {
  const { seen, output } = await receive([whole]);
  expect(seen).toEqual({ rowCount: 3, byteCount: whole.length });
  expect(rowsOf(output).map((row) => row.map(asText))).toEqual(expected);
  for (let i = 1; i < whole.length; i++) {
    const cut = await receive([whole.subarray(0, i), whole.subarray(i)], i % 2 === 0);
    expect(cut.output.equals(output)).toBe(true);
  }
  expect((await receive(Array.from(whole, (byte) => Buffer.from([byte])))).output.equals(output)).toBe(true);
});

test('notices and settings between rows say nothing', async () => {
  const firstEnd = 1 + copied.readInt32BE(1);
  const mixed = [
    begin,
    notice,
    copied.subarray(0, firstEnd),
    notice,
    message('S', 'a\0b\0'),
    copied.subarray(firstEnd),
    notice,
    counted,
    ready,
  ];
  const { output } = await receive([Buffer.concat(mixed)]);
  expect(rowsOf(output).map((row) => row.map(asText))).toEqual(expected);
  expect((await receive(Array.from(Buffer.concat(mixed), (byte) => Buffer.from([byte])))).output.equals(output)).toBe(
    true,
  );
});

const [done, trailer] = [copied.subarray(-5), copied.subarray(-12, -5)];
const before = copied.subarray(0, -12);
test.each([
  ['an error in the middle', [begin, before, refused, ready], /GR5003 .*22P02 \(table "people"\)/],
  ['an error at once', [refused, ready], /GR5003/],
  [
    'columns as text',
    [message('H', Buffer.concat([Buffer.from([1]), int16(2), int16(1), int16(0)])), copied],
    /GR5001.*column 2 as text/,
  ],
  [
    'one column more',
    [message('H', Buffer.concat([Buffer.from([1]), int16(3), int16(1), int16(1), int16(1)])), copied],
    /GR5001/,
  ],
  ['a text copy', [message('H', Buffer.concat([Buffer.from([0]), int16(2), int16(0), int16(0)])), copied], /GR5001/],
  ['an end without a trailer', [begin, before, done, counted, ready], /GR5001.*middle of a row/],
  ['a trailer without an end', [begin, before, trailer, counted, ready], /GR5001.*"C"/],
  ['bytes behind the trailer', [begin, before, trailer, message('d', 'x'), done, counted, ready], /GR5001/],
  ['a row of the answer to a query', [begin, message('D', int16(0)), copied, counted, ready], /GR5001.*"D"/],
  ['another count', [begin, copied, message('C', 'COPY 4\0'), ready], /GR5006/],
  ['no count', [begin, copied, ready], /GR5001/],
  ['another command', [begin, copied, message('C', 'SELECT 3\0'), ready], /GR5006/],
  ['rows before the beginning', [copied, counted, ready], /GR5001.*"d"/],
  ['rows that begin again', [begin, copied.subarray(0, -5), copied, counted, ready], /GR5001/],
  ['nothing more', [begin, before], /GR5005/],
  ['a message without end', [Buffer.from([78, 127, 0, 0, 0])], /GR5001/],
])('F098 %s ends the copy and tells no value', async (_name, messages, failure) => {
  const told = await receive([Buffer.concat(messages)]).then(
    () => 'nothing',
    (error: Error) => error.message,
  );
  expect(told).toMatch(failure);
  expect(told).not.toContain('sea.example');
});
