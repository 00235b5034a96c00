// The compiled kernel and the plain one are the same: under every operation, for good values and broken ones, and for streams cut anywhere.
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import type { Kernel } from './kernel.ts';
import * as op from './operations.ts';
import type { ColumnProgram, JsonNode } from './program.ts';
import { compiledKernel } from './testing/compile.ts';
import { column, copy, int16, int32, int64, messagesOf, testKernel, type Row } from './testing/copy-stream.ts';

const names = ['Anna', 'Berg', 'Zoë'];
const taught = (kernel: Kernel): Kernel => {
  for (const [i, name] of names.entries()) kernel.learn(Buffer.from(name), i === 0 ? 'given' : 'family');
  return kernel;
};
const plain = taught(testKernel());
let compiled: Kernel;
beforeAll(async () => {
  compiled = taught(testKernel(undefined, await compiledKernel()));
}, 300_000);

const signs = [...names, 'anna@sea.example', '+49 170 1234567', '10.1.2.3', '"', '\\', '{', '}', '[', ']', ':', ','];
const more = [
  '1.5e3',
  'null',
  '\\u00e9',
  '日本',
  'DE89 3704 0044 0532 0130 00',
  '4111111111111111',
  'https://a.example/x?y',
];
const text = fc
  .array(
    fc.oneof(fc.constantFrom(...signs, ...more, ' ', '\n', '.', '-', 'a', 'B', '7', '::'), fc.string({ maxLength: 9 })),
    {
      maxLength: 8,
    },
  )
  .map((parts) => Buffer.from(parts.join('')));
const bytes = fc.uint8Array({ maxLength: 24 }).map((value) => Buffer.from(value));
const json = fc.oneof(
  { weight: 9, arbitrary: fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value))) },
  {
    weight: 9,
    arbitrary: fc
      .dictionary(fc.constantFrom('a', 'b', 'c'), fc.oneof(text.map(String), fc.double(), fc.array(text.map(String))))
      .map((value) => Buffer.from(JSON.stringify(value))),
  },
  { weight: 1, arbitrary: text },
);
const leafCode = fc.constantFrom(...Object.values(op).filter((code) => code < 32));
const node = (operation: number, keys: Record<string, JsonNode> = {}, rest: JsonNode | null = null): JsonNode => ({
  ...{ operation, keys, elements: rest, anyKey: rest },
});
const tree = fc
  .tuple(leafCode, leafCode, leafCode)
  .map(([a, b, c]) => node(a, { a: node(b), b: node(0, { a: node(c) }) }, node(c)));
const array = fc
  .array(fc.option(text, { nil: null }), { maxLength: 3 })
  .map((list) =>
    Buffer.concat([
      int32(1),
      int32(0),
      int32(25),
      int32(list.length),
      int32(1),
      ...list.flatMap((one) => (one === null ? [int32(-1)] : [int32(one.length), one])),
    ]),
  );
const numeric = fc
  .tuple(
    fc.array(fc.nat(9999), { maxLength: 5 }),
    fc.integer({ min: -3, max: 3 }),
    fc.constantFrom(0, 0x4000, -0x4000),
    fc.nat(9),
  )
  .map(([digits, weight, sign, scale]) =>
    Buffer.concat([int16(digits.length), int16(weight), int16(sign), int16(scale), ...digits.map(int16)]),
  );
const inet = fc
  .tuple(fc.constantFrom(2, 3), fc.nat(130), fc.nat(1), fc.constantFrom(4, 16), bytes)
  .map(([family, bits, cidr, count, all]) =>
    Buffer.concat([
      Buffer.from([family, bits, cidr, count]),
      Buffer.concat([all, Buffer.alloc(16)]).subarray(0, count),
    ]),
  );
/** One value, with the operation and parameter that it is for. */
const one: fc.Arbitrary<readonly [ColumnProgram, Buffer]> = fc.oneof(
  fc.tuple(
    leafCode.map((code) => column(code, code === op.FIXED ? Buffer.from('gone') : 0)),
    text,
  ),
  fc.tuple(
    tree.map((root) => column(op.JSON_TEXT, root)),
    json,
  ),
  fc.tuple(
    tree.map((root) => column(op.JSON_BINARY, root)),
    json.map((value) => Buffer.concat([Buffer.from([1]), value])),
  ),
  fc.tuple(
    leafCode.map((code) => column(op.TEXT_ARRAY, code)),
    array,
  ),
  fc.tuple(fc.constant(column(op.BAND_NUMERIC, 100)), numeric),
  fc.tuple(fc.constant(column(op.INET)), inet),
  fc.tuple(
    fc
      .tuple(fc.constantFrom(...Object.values(op)), fc.nat(300))
      .filter(([code]) => code < op.JSON_TEXT && code !== op.FIXED)
      .map(([code, parameter]) => column(code, parameter)),
    bytes,
  ),
);

test('every operation: the same bytes, or both refuse', () => {
  const seen = { masked: 0, refused: 0 };
  fc.assert(
    fc.property(one, fc.option(bytes, { nil: undefined }), ([program, value], entity) => {
      const [mine, theirs] = [plain.mask(program, value, entity), compiled.mask(program, value, entity)];
      seen[mine === null ? 'refused' : 'masked'] += 1;
      expect(theirs === null ? null : Buffer.from(theirs)).toEqual(mine === null ? null : Buffer.from(mine));
    }),
    { numRuns: 3_000 },
  );
  expect(seen.masked).toBeGreaterThan(500);
  expect(seen.refused).toBeGreaterThan(100);
});

test('the way back is the same, of what any other may have become', () => {
  const seen = { told: 0, refused: 0 };
  const edges = [
    0n,
    1n,
    255n,
    2n ** 16n,
    2n ** 31n - 1n,
    2n ** 31n,
    2n ** 32n,
    2n ** 53n - 1n,
    2n ** 53n,
    2n ** 63n - 1n,
  ];
  const number = fc.oneof(
    fc.constantFrom(...edges, ...edges.map((edge) => -edge - 1n)),
    fc.bigInt({ min: -(2n ** 33n), max: 2n ** 33n }),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  );
  const anything = fc.oneof(
    fc.tuple(fc.constant(op.ID), number.map(int64)),
    fc.tuple(fc.constantFrom(op.ID, ...Object.values(op).filter((code) => code < 32)), fc.oneof(text, bytes)),
  );
  fc.assert(
    fc.property(anything, ([operation, value]) => {
      const [mine, theirs] = [plain.unmask(operation, value), compiled.unmask(operation, value)];
      seen[mine === null ? 'refused' : 'told'] += 1;
      expect(theirs === null ? null : Buffer.from(theirs)).toEqual(mine === null ? null : Buffer.from(mine));
      if (operation !== op.ID || value.length !== 8) return;
      for (const kernel of [plain, compiled]) {
        expect(Buffer.from(kernel.mask(column(op.ID), mine!)!)).toEqual(value);
        expect(Buffer.from(kernel.unmask(op.ID, kernel.mask(column(op.ID), value)!)!)).toEqual(value);
      }
    }),
    { numRuns: 3_000 },
  );
  expect(seen.told).toBeGreaterThan(1_000);
  expect(seen.refused).toBeGreaterThan(100);
});

test('dates that may move by no days are refused by both', () => {
  for (const kernel of [plain, compiled])
    for (const [code, value] of [
      [op.DATE, Buffer.alloc(4)],
      [op.TIMESTAMP, Buffer.alloc(8)],
    ] as const)
      expect([kernel.mask(column(code, 0), value), kernel.mask(column(code, 1), value)?.length]).toEqual([
        null,
        value.length,
      ]);
});

const program = [
  column(op.ID, 0, true),
  column(op.EMAIL),
  column(op.FULL_NAME),
  column(op.TEXT),
  column(op.KEEP),
  column(op.DATE, 30),
];
const row: fc.Arbitrary<Row> = fc
  .tuple(fc.nat(), fc.option(text, { nil: null }), fc.option(text, { nil: null }), text, text, fc.nat(9_000))
  .map(([id, email, name, note, kept, born]) => [int32(id), email, name, note, kept, int32(born)]);

test('any rows, any cuts, any room: the same bytes, column and count, also when a byte is another', () => {
  fc.assert(
    fc.property(
      ...([
        fc.array(row, { maxLength: 6 }),
        fc.array(fc.nat(400), { maxLength: 6 }),
        fc.integer({ min: 64, max: 400 }),
      ] as const),
      fc.option(fc.tuple(fc.nat(600), fc.nat(255)), { nil: null }),
      (rows, at, room, broken) => {
        const whole = Buffer.from(messagesOf(rows));
        if (broken !== null && broken[0] < whole.length) whole[broken[0]] = broken[1];
        const cuts = [0, ...at.map((place) => Math.min(place, whole.length)), whole.length].toSorted((a, b) => a - b);
        const pieces = cuts.slice(1).map((place, i) => whole.subarray(cuts[i], place));
        const said = (kernel: Kernel) => {
          try {
            return copy(kernel, program, pieces, room);
          } catch (error) {
            return String(error);
          }
        };
        expect(said(compiled)).toEqual(said(plain));
      },
    ),
    { numRuns: 300 },
  );
});

test('cut at every single byte it is the same', () => {
  const rows = fc.sample(row, { numRuns: 4, seed: 7 });
  const whole = messagesOf(rows);
  const { output } = copy(plain, program, [whole]);
  for (let i = 0; i <= whole.length; i++) {
    const cut = copy(compiled, program, [whole.subarray(0, i), whole.subarray(i)]);
    expect(cut).toMatchObject({ status: 'finished', rowCount: rows.length });
    expect(cut.output.equals(output)).toBe(true);
  }
});

test('a compiled kernel of another key gives other bytes: what is compared here depends on it', async () => {
  const other = testKernel('another', await compiledKernel());
  const value = Buffer.from('anna@sea.example');
  expect(other.mask(column(op.EMAIL), value)).not.toEqual(plain.mask(column(op.EMAIL), value));
});
