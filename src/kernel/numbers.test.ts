import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as op from './operations.ts';
import { column, int16, int32, int64, testKernel } from './testing/copy-stream.ts';

const kernel = testKernel();
const mask = (operation: number, value: Uint8Array, parameter = 0, entity?: Uint8Array): Buffer => {
  const masked = kernel.mask(column(operation, parameter), value, entity);
  if (masked === null) throw new Error('refused');
  return Buffer.from(masked);
};
const int = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const long = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });

describe('ids', () => {
  test('F103 every second smallint of either sign keeps its sign, and two stay two', () => {
    const all = Array.from({ length: 32_768 }, (_, i) => (i % 2 ? i : -1 - i));
    const masked = all.map((value) => mask(op.ID, int16(value)).readInt16BE());
    expect(new Set(masked).size).toBe(32_768);
    expect(masked.every((value, i) => value < 0 === all[i]! < 0)).toBe(true);
  });
  test('F103 int and bigint agree, so that references between them hold; two stay two', () => {
    fc.assert(
      fc.property(int, int, (a, b) => {
        const masked = mask(op.ID, int32(a)).readInt32BE();
        expect(mask(op.ID, int64(BigInt(a))).readBigInt64BE()).toBe(BigInt(masked));
        expect(masked < 0).toBe(a < 0);
        expect(masked === mask(op.ID, int32(b)).readInt32BE()).toBe(a === b);
      }),
      { numRuns: 500 },
    );
  });
  const group = (value: bigint): number => {
    const size = value < 0n ? ~value : value;
    return size < 2n ** 31n ? 0 : size < 2n ** 53n ? 1 : 2;
  };
  test('a bigint stays below 2^31, below 2^53, or above', () => {
    fc.assert(
      fc.property(long, long, (a, b) => {
        const masked = mask(op.ID, int64(a)).readBigInt64BE();
        expect(group(masked)).toBe(group(a));
        expect(masked === mask(op.ID, int64(b)).readBigInt64BE()).toBe(a === b);
      }),
      { numRuns: 500 },
    );
    for (const edge of [0n, -1n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)])
      expect(group(mask(op.ID, int64(edge)).readBigInt64BE())).toBe(group(edge));
  });
  test('the way back, of any number that any other may have become', () => {
    fc.assert(
      fc.property(long, (was) => {
        const masked = mask(op.ID, int64(was));
        expect(Buffer.from(kernel.unmask(op.ID, masked)!).readBigInt64BE()).toBe(was);
        expect(mask(op.ID, Buffer.from(kernel.unmask(op.ID, int64(was))!)).readBigInt64BE()).toBe(was);
      }),
      { numRuns: 500 },
    );
    for (const edge of [0n, -1n, 2n ** 31n - 1n, 2n ** 31n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 63n - 1n, -(2n ** 63n)])
      expect(Buffer.from(kernel.unmask(op.ID, mask(op.ID, int64(edge)))!).readBigInt64BE()).toBe(edge);
  });
  test('F103 five thousand neighbours stay as many', () => {
    const seen = new Set(Array.from({ length: 5_000 }, (_, i) => mask(op.ID, int32(i)).readInt32BE()));
    expect(seen.size).toBe(5_000);
  });
  test('a uuid keeps version and variant; two stay two', () => {
    const uuid = fc.uint8Array({ minLength: 16, maxLength: 16 });
    fc.assert(
      fc.property(uuid, uuid, (a, b) => {
        const masked = mask(op.UUID, a);
        expect(masked[6]! & 0xf0).toBe(a[6]! & 0xf0);
        expect(masked[8]! & 0xc0).toBe(a[8]! & 0xc0);
        expect(masked.equals(mask(op.UUID, b))).toBe(Buffer.from(a).equals(b));
        expect(masked.equals(a)).toBe(false);
      }),
    );
    const seen = new Set(
      Array.from({ length: 5_000 }, (_, i) =>
        mask(op.UUID, Buffer.concat([Buffer.alloc(12), int32(i)])).toString('hex'),
      ),
    );
    expect(seen.size).toBe(5_000);
  });
});

describe('dates', () => {
  const most = 30;
  test('one entity: order and distance stay, by at most so many days and never none', () => {
    const day = fc.integer({ min: -700_000, max: 2_000_000 });
    fc.assert(
      fc.property(day, day, fc.uint8Array({ maxLength: 16 }), (a, b, entity) => {
        const [x, y] = [a, b].map((one) => mask(op.DATE, int32(one), most, entity).readInt32BE()) as [number, number];
        expect(y - x).toBe(b - a);
        expect(Math.abs(x - a)).toBeGreaterThan(0);
        expect(Math.abs(x - a)).toBeLessThanOrEqual(most);
        const time = mask(op.TIMESTAMP, int64(BigInt(a) * 86_400_000_000n + 4711n), most, entity).readBigInt64BE();
        expect(time).toBe(BigInt(x) * 86_400_000_000n + 4711n);
      }),
    );
  });
  test('entities move by different spans', () => {
    const spans = new Set(Array.from({ length: 300 }, (_, i) => mask(op.DATE, int32(0), most, int32(i)).readInt32BE()));
    expect(spans.size).toBeGreaterThan(50);
  });
  test('infinity stays, and nothing becomes it', () => {
    for (const value of [2 ** 31 - 1, -(2 ** 31)]) expect(mask(op.DATE, int32(value), most)).toEqual(int32(value));
    for (const value of [2n ** 63n - 1n, -(2n ** 63n)])
      expect(mask(op.TIMESTAMP, int64(value), most)).toEqual(int64(value));
    const results = [2 ** 31 - 2, -(2 ** 31) + 1].map((value) => kernel.mask(column(op.DATE, most), int32(value)));
    expect(results.filter((one) => one === null).length).toBe(1);
    const times = [2n ** 63n - 2n, -(2n ** 63n) + 1n].map((value) =>
      kernel.mask(column(op.TIMESTAMP, most), int64(value)),
    );
    expect(times.filter((one) => one === null).length).toBe(1);
  });
});

describe('amounts', () => {
  const thousandths = 100;
  test('whole numbers stay within a tenth, and in their type', () => {
    fc.assert(
      fc.property(int, long, fc.integer({ min: -32768, max: 32767 }), (a, b, c) => {
        const near = (before: bigint, after: bigint): boolean => {
          const [size, apart] = [before < 0n ? -before : before, after < before ? before - after : after - before];
          return apart * 10n <= size;
        };
        expect(near(BigInt(a), BigInt(mask(op.BAND_INTEGER, int32(a), thousandths).readInt32BE()))).toBe(true);
        expect(near(b, mask(op.BAND_INTEGER, int64(b), thousandths).readBigInt64BE())).toBe(true);
        expect(near(BigInt(c), BigInt(mask(op.BAND_INTEGER, int16(c), thousandths).readInt16BE()))).toBe(true);
      }),
      { numRuns: 500 },
    );
    const moved = Array.from({ length: 500 }, (_, i) =>
      mask(op.BAND_INTEGER, int32(50_000 + i), thousandths).readInt32BE(),
    );
    expect(moved.filter((value, i) => value !== 50_000 + i).length).toBeGreaterThan(480);
  });
  test('a float stays within an eighth and keeps its sign; zero, NaN and infinity stay', () => {
    const write = (value: number): Buffer => {
      const bytes = Buffer.alloc(8);
      bytes.writeDoubleBE(value);
      return bytes;
    };
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const masked = mask(op.BAND_FLOAT, write(value)).readDoubleBE();
        if (Math.abs(value) > 1e-300) expect(Math.abs(masked - value)).toBeLessThanOrEqual(Math.abs(value) / 8);
        expect(Math.sign(masked)).toBe(Math.sign(value));
      }),
    );
    for (const value of [0, -0, NaN, Infinity, -Infinity])
      expect(mask(op.BAND_FLOAT, write(value))).toEqual(write(value));
  });
});

test.each([
  ['ID', op.ID, 3],
  ['UUID', op.UUID, 15],
  ['DATE', op.DATE, 8],
  ['TIMESTAMP', op.TIMESTAMP, 4],
  ['BAND_INTEGER', op.BAND_INTEGER, 1],
  ['BAND_FLOAT', op.BAND_FLOAT, 6],
  ['BAND_NUMERIC', op.BAND_NUMERIC, 6],
  ['INET', op.INET, 5],
  ['MAC', op.MAC, 7],
])('%s of a length that its type does not have is refused', (_name, operation, length) =>
  expect(kernel.mask(column(operation, 1), new Uint8Array(length))).toBeNull(),
);

describe('numeric', () => {
  /** As PostgreSQL writes it. */
  const encode = (text: string): Buffer => {
    const [, sign, whole, part = ''] = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text)!;
    const padded =
      whole!.padStart(Math.ceil(whole!.length / 4) * 4, '0') + part.padEnd(Math.ceil(part.length / 4) * 4, '0');
    let groups = padded.match(/.{4}/g)!.map(Number);
    let weight = Math.ceil(whole!.length / 4) - 1;
    while (groups[0] === 0) {
      groups = groups.slice(1);
      weight -= 1;
    }
    while (groups.at(-1) === 0) groups = groups.slice(0, -1);
    return Buffer.concat([
      int16(groups.length),
      int16(groups.length ? weight : 0),
      Buffer.from([sign ? 0x40 : 0, 0]),
      int16(part.length),
      ...groups.map(int16),
    ]);
  };
  const decode = (bytes: Buffer): string => {
    const [count, weight, scale] = [bytes.readInt16BE(), bytes.readInt16BE(2), bytes.readInt16BE(6)];
    const group = (i: number): string =>
      String(i >= 0 && i < count ? bytes.readInt16BE(8 + i * 2) : 0).padStart(4, '0');
    let whole = '';
    for (let i = 0; i <= weight; i++) whole += group(i);
    let part = '';
    for (let i = 0; i * 4 < scale + 8; i++) part += group(weight + 1 + i);
    expect(part.slice(scale)).toMatch(/^0*$/);
    return `${bytes.readUInt16BE(4) ? '-' : ''}${whole.replace(/^0+(?=\d)/, '') || '0'}${scale ? `.${part.slice(0, scale)}` : ''}`;
  };
  test('sign, digits before and behind the point stay; the value within a tenth of the first digits', () => {
    const amount = fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 14n }), fc.integer({ min: 0, max: 6 }), fc.boolean());
    fc.assert(
      fc.property(amount, ([value, scale, isNegative]) => {
        const text = String(value).padStart(scale + 1, '0');
        const plain = scale ? `${text.slice(0, -scale)}.${text.slice(-scale)}` : text;
        const written = isNegative && value > 0n ? `-${plain}` : plain;
        expect(decode(encode(written))).toBe(written);
        const masked = decode(mask(op.BAND_NUMERIC, encode(written), 100));
        if (value === 0n) expect(masked).toBe(written);
        expect(masked.replace(/\d/g, '0').length).toBe(written.length);
        const [a, b] = [Number(written), Number(masked)];
        expect(Math.abs(a - b)).toBeLessThanOrEqual(Math.abs(a) * 0.1001 + 10 ** -Math.max(0, scale));
      }),
      { numRuns: 500 },
    );
    expect(decode(mask(op.BAND_NUMERIC, encode('20000'), 100))).not.toBe('20000');
  });
});
