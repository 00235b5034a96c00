import fc from 'fast-check';
import { expect, test } from 'vitest';
import { INPUT, OUTPUTS } from './layout.ts';
import * as op from './operations.ts';
import {
  asText,
  column,
  copy,
  int16,
  int32,
  maskText,
  messagesOf,
  rowsOf,
  streamOf,
  testKernel,
  type Row,
} from './testing/copy-stream.ts';

const kernel = testKernel();
const bytes = (text: string): Buffer => Buffer.from(text);
const rows: readonly Row[] = [
  [int32(1), bytes('anna@work.example'), null, bytes('note one')],
  [int32(2), bytes(''), bytes('Anna Berg'), bytes('write to bo@sea.example, or call +49 170 1234567')],
  [int32(3), null, bytes('Bo'), bytes('')],
];
const program = [column(op.KEEP), column(op.EMAIL), column(op.FULL_NAME), column(op.TEXT)];
const expected = (list: readonly Row[]): (string | null)[][] =>
  list.map((row) =>
    row.map((value, i) => {
      if (value === null) return null;
      return i === 0 ? asText(value) : maskText(kernel, program[i]!.operation, asText(value)!);
    }),
  );
const seen = (stream: Buffer) => rowsOf(stream).map((row) => row.map(asText));

test('a stream comes out with the same rows, the masked columns masked', () => {
  const wanted = expected(rows);
  const copied = copy(kernel, program, [messagesOf(rows)]);
  expect(copied).toMatchObject({ status: 'finished', rowCount: 3 });
  expect(seen(copied.output)).toEqual(wanted);
  expect(copied.output.includes('anna')).toBe(false);
  // The server puts the header and the first row into one message: the first row is masked like every other.
  expect(wanted[0]![1]).toMatch(/@example\.(com|net|org)$/);
});

test('cut at every single byte, and in single bytes, it is the same', () => {
  const whole = messagesOf(rows);
  const { output } = copy(kernel, program, [whole]);
  for (let i = 0; i <= whole.length; i++) {
    const cut = copy(kernel, program, [whole.subarray(0, i), whole.subarray(i)]);
    expect(cut.status).toBe('finished');
    expect(cut.output.equals(output)).toBe(true);
  }
  const single = Array.from(whole, (byte) => Buffer.from([byte]));
  expect(copy(kernel, program, single).output.equals(output)).toBe(true);
});

test('any rows, any cuts, any room: the same', () => {
  const value = fc.option(fc.string({ unit: 'grapheme', maxLength: 60 }).map(bytes), { nil: null });
  const table = fc.array(fc.tuple(value, value, value, value), { maxLength: 8 });
  fc.assert(
    fc.property(table, fc.array(fc.nat(400), { maxLength: 6 }), fc.integer({ min: 32, max: 300 }), (list, at, room) => {
      const whole = messagesOf(list);
      const places = [0, ...at.map((one) => Math.min(one, whole.length)), whole.length].toSorted((a, b) => a - b);
      const pieces = places.slice(1).map((place, i) => whole.subarray(places[i], place));
      const copied = copy(kernel, program, pieces, room);
      expect(copied).toMatchObject({ status: 'finished', rowCount: list.length });
      expect(seen(copied.output)).toEqual(expected(list));
    }),
    { numRuns: 150 },
  );
});

test('kept fields of any length flow through small windows', () => {
  const long = Buffer.alloc(45 * 1024 * 1024, 'kept ');
  const whole = messagesOf([[long, bytes('anna@work.example')]]);
  const step = 1024 * 1024;
  const pieces = Array.from({ length: Math.ceil(whole.length / step) }, (_, i) =>
    whole.subarray(i * step, (i + 1) * step),
  );
  const copied = copy(kernel, [column(op.KEEP), column(op.EMAIL)], pieces);
  expect(copied.status).toBe('finished');
  const [row] = rowsOf(copied.output);
  expect(row![0]!.equals(long)).toBe(true);
  expect(asText(row![1]!)).toBe(maskText(kernel, op.EMAIL, 'anna@work.example'));
});

test('what is not exactly a binary COPY of these columns ends the copy', () => {
  const stream = streamOf(rows);
  const run = (changed: Buffer, columns = program) => {
    kernel.begin(columns);
    kernel.memory.set(changed, INPUT);
    return kernel.run(INPUT, INPUT + changed.length, OUTPUTS, 4096);
  };
  const changed = (at: number, value: Buffer): Buffer =>
    Buffer.concat([stream.subarray(0, at), value, stream.subarray(at + value.length)]);
  expect(run(stream).status).toBe('finished');
  for (let at = 0; at < 19; at++) expect(run(changed(at, Buffer.from([stream[at]! ^ 1]))).status).toBe('header');
  expect(run(changed(19, int16(5))).status).toBe('row');
  expect(run(changed(19, int16(3))).status).toBe('row');
  expect(run(changed(21, int32(-2)))).toMatchObject({ status: 'length', column: 0 });
  expect(run(changed(29, int32(0x1000001)))).toMatchObject({ status: 'too-long', column: 1 });
  expect(run(Buffer.concat([stream, Buffer.from([0])])).status).toBe('after-the-end');
  expect(run(stream.subarray(0, -2)).status).toBe('waiting');
  expect(run(stream, program.slice(1)).status).toBe('row');
  expect(run(stream, [...program.slice(0, 3), column(op.UUID)])).toMatchObject({ status: 'value', column: 3 });
  expect(run(stream, [...program.slice(0, 3), column(999)])).toMatchObject({ status: 'value', column: 3 });
});

test('another message stops the frames and is handed over where it begins', () => {
  const error = Buffer.concat([Buffer.from('E'), int32(9), bytes('Sfatal')]);
  const whole = messagesOf(rows);
  const before = whole.subarray(0, whole.length - 5);
  kernel.begin(program);
  kernel.memory.set(Buffer.concat([before, error]), INPUT);
  const taken = kernel.unwrap(INPUT, INPUT + before.length + error.length);
  expect(taken).toMatchObject({ rest: INPUT + before.length + 5, other: { type: 'E'.charCodeAt(0), byteCount: 5 } });
  expect(copy(kernel, program, [before.subarray(0, -7), error]).status).toBe('waiting');
});

test('a program that does not fit is refused', () => {
  expect(kernel.begin(Array.from({ length: 1665 }, () => column(op.KEEP)))).toBe(false);
  expect(kernel.begin([column(op.FIXED, new Uint8Array(900_000))])).toBe(false);
});
