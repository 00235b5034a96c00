// The kernel hands on just those values in which domain/refresh/originals.ts finds something, and those that it cannot tell: plain and compiled,
// whatever the values are and wherever the stream is cut.
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { formsOf, partsOf, wordCount } from '../domain/refresh/originals.ts';
import type { Kernel } from '../kernel/kernel.ts';
import * as op from '../kernel/operations.ts';
import { compiledKernel } from '../kernel/testing/compile.ts';
import { column, int32, int64, messagesOf, testKernel, testKeys, type Row } from '../kernel/testing/copy-stream.ts';
import { filterOf } from '../kernel/write-sought.ts';
import { addresses, anyAddress } from './testing/addresses.ts';
import { decodedIn, findsIn, textsIn } from './look-at.ts';
import { openLookingPipe } from './looking-pipe.ts';
import { openOriginalSet } from './original-set.ts';
import { isWritten } from './texts-in-bytes.ts';

const plain = testKernel();
let compiled: Kernel;
beforeAll(async () => {
  compiled = testKernel(undefined, await compiledKernel());
}, 300_000);

const kinds = [
  ...[op.LOOK_TEXT, op.LOOK_JSON, op.LOOK_JSON_BINARY, op.LOOK_INTEGER, op.LOOK_UUID],
  ...[op.LOOK_INSTANT, op.LOOK_TIMESTAMP, op.LOOK_DATE, op.LOOK_BYTES, op.LOOK_ADDRESS],
];
/** Values by kind, nothing in all other columns. */
const rowOf = (values: Readonly<Record<number, Buffer>>): Row => kinds.map((kind) => values[kind] ?? null);
interface Seen {
  /** `row column` of each value that was handed on. */
  readonly asked: readonly string[];
  readonly texts: number;
}

function setOf(forms: readonly string[]) {
  const set = openOriginalSet(testKeys('known to all').leak);
  for (const form of forms) set.add(form, 1);
  return { set, wordCounts: new Set(forms.map(wordCount)) };
}

function look(kernel: Kernel, rows: readonly Row[], forms: readonly string[], cuts: readonly number[] = []): Seen {
  const { set } = setOf(forms);
  const { hashes, ends } = set.shared();
  kernel.seek({ ends, filter: filterOf(hashes), has: set.hasHash });
  if (!kernel.begin(kinds.map((kind) => column(kind)))) throw new Error('it does not fit');
  const asked: string[] = [];
  let texts = 0;
  const pipe = openLookingPipe(kernel, 'people', (i, value) => {
    const row = rows[pipe.rowCount() - 1]!;
    expect(value.equals(row[i]!)).toBe(true);
    asked.push(`${pipe.rowCount()} ${i}`);
    texts += textsIn(kinds[i]!, value).length;
  });
  const whole = messagesOf(rows);
  const places = [0, ...cuts.map((at) => Math.min(at, whole.length)), whole.length].toSorted((a, b) => a - b);
  let left = 0;
  for (const [i, place] of places.slice(1).entries()) {
    const after = pipe.take(whole.subarray(places[i], place));
    pipe.go();
    left += after?.length ?? 0;
    if (after !== null) break;
  }
  expect(left).toBeGreaterThan(0);
  pipe.finish();
  expect(pipe.rowCount()).toBe(rows.length);
  return { asked, texts: texts + pipe.textCount() };
}

const signs = [
  ...'aBcXq7éÖß×÷’–“\u2000\u2007\u200a\u200f\u2010\u2027\u2028\u00a0ÿ_-.@,/(+ \n\t"\\',
  '  ',
  ' 1',
  '1234567',
  '2024-11-05',
  '12/34',
  'sea.example',
  'anna',
];
const people = [
  'Anna Berger-Lund',
  'anna@sea.example',
  '+49 (170) 123-4567',
  '12 Long Street',
  'sk_live_a8Zx91',
  'Zoë Kåre',
  '81.22.12.18',
  '2001:db8:17:2:a3:4:5:6',
  'https://sea.example/people/anna/7?of=berger',
  '0a1b2c3d4e5f60718293a4b5c6d7e8f9',
  '0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f8',
];
/** As others write them. */
const differently = [
  '0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9',
  '0A1B2C3D4E5F60718293A4B5C6D7E8F8',
  '*anna@sea.example*',
  'url=https://sea.example/people/anna/7?of=berger',
  '.0',
  '=',
  ':',
  '|',
  '&',
  '#',
  '%',
  '/64',
  "'",
  'file_0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f8',
  '-0a1b2c3d4e5f60718293a4b5c6d7e8f9',
  'x/anna@sea.example',
];
const escaped = (who: string): string => encodeURIComponent(who).replaceAll('.', '%2e');
const units = (who: string): string =>
  who.replaceAll(/[^a-z]/gi, (sign) => String.raw`\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`);
/** In other signs, with what may stand before and behind them. */
const coded = fc
  .tuple(
    ...([
      fc.constantFrom('', '/', 'a/', '\\n', '\\U0040', '\\x', '%', '%2', 'é', 'Bearer ', '=', 'x'),
      fc.constantFrom(...people),
    ] as const),
    fc.constantFrom<(who: string) => string>(
      ...(['base64', 'base64url', 'hex'] as const).map(
        (encoding) => (who: string) => Buffer.from(who).toString(encoding),
      ),
      (who) => Buffer.from(who).toString('hex').toUpperCase(),
      escaped,
      units,
    ),
    fc.constantFrom('', '/', '==', '.', ' ', '%4', 'é', '0', '/next'),
  )
  .map(([before, who, code, after]) => `${before}${code(who)}${after}`);
const text = fc.oneof(
  { arbitrary: coded, weight: 3 },
  fc.array(fc.oneof(coded, fc.constantFrom(...signs)), { maxLength: 4 }).map((parts) => parts.join('')),
  fc.array(fc.constantFrom(...signs, ...people, ...differently), { maxLength: 14 }).map((parts) => parts.join('')),
  fc
    .array(fc.constantFrom(...signs.filter((sign) => sign !== 'é'), ...people.slice(0, 5)), { maxLength: 9 })
    .map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 30 }).filter((each) => each.isWellFormed() && !each.includes('\0')),
  fc.string({ unit: 'binary-ascii', maxLength: 60 }),
  fc
    .array(fc.constantFrom('1', '2', '9', ' ', '.', '-', '+', '(', 'x'), { maxLength: 30 })
    .map((parts) => parts.join('')),
  fc
    .array(fc.constantFrom('a', 'B', '9', '.', '-', '@', '_', ',', ' '), { maxLength: 30 })
    .map((parts) => parts.join('')),
  fc.constantFrom(...people).map((who) => `${'long text '.repeat(60)}${who} ${'and more '.repeat(20)}`),
);
/** Signs beyond ASCII at the edges of what is well formed. */
const edges = [0x41, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbd, 0xbf, 0xc1, 0xc2, 0xe0, 0xed, 0xef, 0xf0, 0xf4, 0xf5];
const malformed = fc.array(fc.constantFrom(...edges), { maxLength: 4 }).map((each) => Buffer.from(each));
/** What is text, what is none, and what is some of both. */
const bytes = fc
  .array(
    fc.oneof(
      text.map((each) => Buffer.from(each)),
      fc.uint8Array({ maxLength: 20 }),
      fc.constant(Buffer.from([0])),
      malformed,
    ),
    {
      maxLength: 3,
    },
  )
  .map((parts) => Buffer.concat(parts));
const written = bytes.map((each) => `\\x${each.toString('hex')}`);
const json = fc
  .oneof(
    fc.array(fc.oneof(written, text), { maxLength: 3 }),
    fc.dictionary(text, fc.oneof(text, fc.integer(), fc.double(), fc.array(text, { maxLength: 3 })), { maxKeys: 3 }),
    fc.jsonValue(),
  )
  .chain((value) => fc.constantFrom(JSON.stringify(value), JSON.stringify(value).replaceAll('B', String.raw`\u0042`)));
const integer = fc.oneof(
  fc.integer().map(int32),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(int64),
  fc.integer({ min: -2_000_000, max: 2_000_000 }).map((value) => int64(BigInt(value))),
  fc.constantFrom(0n, -1n, 999_999n, -999_999n, 1_000_000n, -(2n ** 63n), 4_294_967_295n, 17_012_345_678n).map(int64),
);
const DAY_MICROS = 86_400_000_000n;
const day = fc.oneof(
  fc.integer({ min: -730_500, max: 2_922_000 }),
  fc.constantFrom(-730_119, -730_120, 2_921_939, 2_921_940, 0, -1, 2 ** 31 - 1, -(2 ** 31)),
);
const finite = day.filter((days) => Math.abs(days) < 2 ** 31 - 1);
const micros = fc.oneof(
  fc
    .tuple(finite, fc.bigInt({ min: 0n, max: DAY_MICROS - 1n }))
    .map(([days, ofDay]) => BigInt(days) * DAY_MICROS + ofDay),
  fc.tuple(finite, fc.nat(86_399)).map(([days, seconds]) => BigInt(days) * DAY_MICROS + BigInt(seconds) * 1_000_000n),
  fc.constantFrom(2n ** 63n - 1n, -(2n ** 63n), 1_500_000n, -1n),
);
const address = fc.oneof(anyAddress, anyAddress, fc.constantFrom(...addresses));
const row = fc
  .tuple(
    ...([fc.option(text, { nil: null }), json, json, integer] as const),
    ...([fc.uint8Array({ minLength: 16, maxLength: 16 }), micros, micros, day, bytes, address] as const),
  )
  .map(([one, two, three, four, five, instant, timestamp, date, nine, ten]): Row => [
    ...[one === null ? null : Buffer.from(one), Buffer.from(two), Buffer.from(`\u0001${three}`), four],
    ...[Buffer.from(five), int64(instant), int64(timestamp), int32(date), nine, ten],
  ]);
/** ASCII, letters of Latin-1 and what stands between words; an address with one of these is read by others. */
// oxlint-disable-next-line no-control-regex -- all of ASCII
const told = /^(?:[\0-\x7f]*|[^@\x80-\xbf\u00d7\u00f7\u0100-\u200f\u2028-\uffff]*)$/;
/** What the kernel leaves to others whatever is in it: most of what is beyond ASCII, bytes of digits alone, and days that have another form. */
function isTold(value: Buffer, kind: number): boolean {
  const texts = textsIn(kind, value);
  const decoded = decodedIn(kind, texts);
  if (!decoded.every((each) => told.test(each))) return false;
  const hexadecimal = [...texts.slice(kind === op.LOOK_BYTES ? 1 : 0), ...decoded];
  if (kind !== op.LOOK_TEXT && hexadecimal.some(isWritten)) return false;
  if (kind === op.LOOK_BYTES) return isWritten(texts[0]!) && texts.every((each) => told.test(each));
  if ([op.LOOK_INTEGER, op.LOOK_UUID, op.LOOK_ADDRESS].includes(kind)) return true;
  if (kind < op.LOOK_INTEGER) return told.test(value.toString());
  return /^\d{4}-[^ ]*$/.test(textsIn(kind, value)[0]!);
}

test('F100 what is found in a value is handed on, and nothing else of ASCII is', () => {
  const seen = { found: 0, passed: 0, texts: 0, decoded: 0 };
  fc.assert(
    fc.property(
      ...([
        fc.array(row, { maxLength: 3 }),
        fc.array(text, { maxLength: 4 }),
        fc.array(fc.nat(900), { maxLength: 5 }),
      ] as const),
      ...([fc.nat(30), fc.integer({ min: 8, max: 40 }), fc.nat(100)] as const),
      (rows, others, cuts, from, length, which) => {
        const texts = rows.flatMap((values) =>
          values.flatMap((value, i) => (value === null ? [] : textsIn(kinds[i]!, value as Buffer))),
        );
        const some = texts.filter((_, i) => (i * 7 + which) % 11 < 2);
        const forms = [
          ...some,
          ...some.map((each) => each.slice(from, from + length)),
          ...others,
          ...(which < 50 ? people : []),
        ].flatMap((each) => [...formsOf(each), ...partsOf(each)]);
        const { set, wordCounts } = setOf(forms);
        const wanted = { wordCounts, has: set.has, mayHave: set.mayHave };
        const expected = rows.flatMap((values, r) =>
          values.flatMap((value, i) => {
            if (value === null) return [];
            const texts = textsIn(kinds[i]!, value as Buffer);
            const isFound = [...texts, ...decodedIn(kinds[i]!, texts)].some(
              (each) => findsIn(kinds[i]!, each, wanted).length > 0,
            );
            seen.decoded += Number(isFound && texts.every((each) => findsIn(kinds[i]!, each, wanted).length === 0));
            return [{ at: `${r + 1} ${i}`, isFound, isTold: isTold(value as Buffer, kinds[i]!) }];
          }),
        );
        const mine = look(plain, rows, forms, cuts);
        expect(look(compiled, rows, forms, cuts.slice(1))).toEqual(mine);
        expect(mine.texts).toBe(texts.length);
        for (const { at, isFound, isTold } of expected) {
          if (isFound || isTold) expect([at, mine.asked.includes(at)]).toEqual([at, isFound]);
          seen[isFound ? 'found' : 'passed'] += 1;
        }
        seen.texts += texts.length;
      },
    ),
    { numRuns: 400 },
  );
  expect(seen.found).toBeGreaterThan(300);
  expect(seen.passed).toBeGreaterThan(300);
  expect(seen.decoded).toBeGreaterThan(50);
});

test('a value cut at any byte, and one that is longer than the kernel takes, comes whole', () => {
  const value = Buffer.from('write to anna@sea.example');
  const rows: Row[] = [
    rowOf({ [op.LOOK_TEXT]: value, [op.LOOK_JSON]: Buffer.from('"日本語"') }),
    rowOf({ [op.LOOK_UUID]: Buffer.alloc(16) }),
  ];
  const forms = formsOf('anna@sea.example');
  for (let i = 0; i <= messagesOf(rows).length; i++)
    expect(look(compiled, rows, forms, [i])).toEqual({ asked: ['1 0', '1 1'], texts: 3 });
  const long: Row[] = [[Buffer.alloc(17 * 1024 * 1024, 'x '), ...rows[0]!.slice(1).fill(null)], rows[0]!];
  const pieces = Array.from({ length: 300 }, (_, i) => i * 65_536);
  expect(look(compiled, long, forms, pieces).asked).toEqual(['1 0', '2 0', '2 1']);
}, 60_000);

test('F100 a long row of Base64 or hexadecimal is read wherever it was cut', () => {
  const forms = formsOf('anna@sea.example');
  const text = Buffer.from(`${'nobody at all, '.repeat(400)}anna@sea.example${' and so on '.repeat(300)}`);
  for (const [encoding, by] of [...[1, 2, 3].map((by) => ['base64', by] as const), ['hex', 1] as const]) {
    const value = Buffer.from(text.toString(encoding)).subarray(by);
    expect(decodedIn(op.LOOK_TEXT, [value.toString()]).some((each) => each.includes('anna@sea.example'))).toBe(true);
    const rows = [kinds.map((kind) => (kind === op.LOOK_TEXT || kind === op.LOOK_BYTES ? value : null))];
    for (const kernel of [plain, compiled]) expect(look(kernel, rows, forms).asked).toEqual(['1 0', '1 8']);
  }
});

test('F100 days and instants are written as PostgreSQL writes them in JSON', () => {
  const instant = int64(820_521_630_500_000n);
  expect(textsIn(op.LOOK_INSTANT, instant)).toEqual(['2025-12-31T18:40:30.5+00:00']);
  expect(textsIn(op.LOOK_TIMESTAMP, instant)).toEqual(['2025-12-31T18:40:30.5']);
  expect(textsIn(op.LOOK_TIMESTAMP, int64(-(2n ** 63n)))).toEqual(['-infinity']);
  expect(textsIn(op.LOOK_INSTANT, int64(BigInt(-746_355) * DAY_MICROS))).toEqual(['0045-07-20T00:00:00+00:00 BC']);
  expect(textsIn(op.LOOK_DATE, int32(2_921_940))).toEqual(['10000-01-01']);
  expect(textsIn(op.LOOK_DATE, int32(-59))).toEqual(['1999-11-03']);
});

test('F100 a UUID is looked for as a whole: its digits are no number of anybody', () => {
  const uuid = '41555512-3456-4789-8012-34567890123f';
  const bytes = Buffer.from(uuid.replaceAll('-', ''), 'hex');
  const rows: Row[] = [rowOf({ [op.LOOK_UUID]: bytes })];
  for (const kernel of [plain, compiled]) {
    expect(look(kernel, rows, ['#4155551234564789801234567890123', '#34567890123', '#41555512'])).toEqual({
      ...{ asked: [], texts: 1 },
    });
    expect(look(kernel, rows, [uuid])).toEqual({ asked: ['1 4'], texts: 1 });
    // One of digits alone has the form of a number.
    const plainUuid = '00000000-0000-4000-8000-100000007919';
    const digits: Row[] = [rows[0]!.map((value) => value && Buffer.from(plainUuid.replaceAll('-', ''), 'hex'))];
    expect(look(kernel, digits, formsOf(plainUuid))).toEqual({ asked: ['1 4'], texts: 1 });
  }
});

test('F100 signs beyond ASCII are well formed for the kernel just where they are for a decoder', () => {
  const leads = Array.from({ length: 64 }, (_, i) => 0xc0 + i).filter((lead) => lead !== 0xc3 && lead !== 0xe2);
  const values = leads.flatMap((lead) =>
    edges.flatMap((second) =>
      [0x41, 0x80, 0xbd, 0xbf].flatMap((third) =>
        [0x41, 0x80].map((fourth) =>
          Buffer.concat([Buffer.from('aaaaaaaa'), Buffer.from([lead, second, third, fourth]), Buffer.from('bbbbbbbb')]),
        ),
      ),
    ),
  );
  const rows = values.map((value) => rowOf({ [op.LOOK_BYTES]: value }));
  const beyond = values.flatMap((value, i) =>
    // oxlint-disable-next-line no-control-regex -- all of ASCII
    /[^\0-\x7f]/.test(textsIn(op.LOOK_BYTES, value).join('')) ? [`${i + 1} 8`] : [],
  );
  expect(beyond.length).toBeGreaterThan(1_000);
  for (const kernel of [plain, compiled]) expect(look(kernel, rows, ['nobody at all']).asked).toEqual(beyond);
});

test('what nobody looks at passes however long it is, wherever it is cut, and takes no room', () => {
  const rows = [5, 40, 30 * 1024 * 1024].map((byteCount): Row => [
    Buffer.alloc(byteCount, 'x'),
    Buffer.from('anna@sea.example'),
  ]);
  rows.push([null, Buffer.from('nobody')], [Buffer.alloc(0), Buffer.from('anna@sea.example')]);
  const { set } = setOf(formsOf('anna@sea.example'));
  const { hashes, ends } = set.shared();
  const small = rows.filter(([value]) => (value?.length ?? 0) < 100);
  for (const kernel of [plain, compiled]) {
    kernel.seek({ ends, filter: filterOf(hashes), has: set.hasHash });
    const passed = (some: readonly Row[], cuts: readonly number[]): readonly number[] => {
      if (!kernel.begin([column(op.LOOK_NOTHING), column(op.LOOK_TEXT)])) throw new Error('it does not fit');
      const asked: number[] = [];
      const pipe = openLookingPipe(kernel, 'people', (i) => asked.push(i));
      const whole = messagesOf(some);
      for (const [i, place] of [...cuts, whole.length].entries()) {
        pipe.take(whole.subarray(cuts[i - 1] ?? 0, place));
        pipe.go();
      }
      pipe.finish();
      return asked;
    };
    for (let i = 0; i <= messagesOf(small).length; i++) expect(passed(small, [i])).toEqual([1, 1, 1]);
    const pieces = Array.from({ length: 480 }, (_, i) => i * 65_536);
    expect(passed(rows, pieces)).toEqual([1, 1, 1, 1]);
  }
}, 60_000);
