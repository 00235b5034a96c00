import { crc32, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maskerOf, maskers, type MaskerName } from '../domain/refresh/maskers.ts';
import { familyOf } from '../domain/refresh/source-schema.ts';
import type { PathRule, Rule } from '../domain/refresh/rules.ts';
import { asText, int16, int32, int64, testKernel } from '../kernel/testing/copy-stream.ts';
import { KEEP } from '../kernel/operations.ts';
import { programOf } from './program-of.ts';

const kernel = testKernel();
const masked = (rule: Rule, type: string, value: Uint8Array): Uint8Array | null =>
  kernel.mask(programOf({ name: 'c', type, rule, isEntity: false }), value);
const mask = (masker: MaskerName): Rule => ({ kind: 'mask', masker, days: 60, by: null, percent: 10 });

/** The pixels of a PNG, packed; a broken one has none. */
function idatOf(png: Uint8Array): Buffer {
  const bytes = Buffer.from(png);
  expect(bytes.subarray(0, 8)).toEqual(Buffer.from('89504e470d0a1a0a', 'hex'));
  const at = bytes.indexOf('IDAT');
  const end = at + 4 + bytes.readUInt32BE(at - 4);
  expect(bytes.readUInt32BE(end)).toBe(crc32(bytes.subarray(at, end)));
  return bytes.subarray(at + 4, end);
}

const half = Buffer.from('3fe8000000000000', 'hex');
const array = (text: string): Buffer => Buffer.concat([...[1, 0, 25, 1, 1, text.length].map(int32), Buffer.from(text)]);
const address = Buffer.from([2, 32, 0, 4, 10, 1, 2, 3]);
const values: Readonly<Record<string, Buffer>> = {
  ...Object.fromEntries(['text', 'varchar', 'bpchar', 'citext'].map((type) => [type, Buffer.from('+49 170 1234567')])),
  ...Object.fromEntries(['_text', '_varchar', '_bpchar', '_citext'].map((type) => [type, array('+49 170 1234567')])),
  ...{ int2: int16(12_345), int4: int32(123_456), int8: int64(123_456n), uuid: Buffer.alloc(16, 7) },
  ...{
    numeric: Buffer.concat([int16(2), int16(1), int16(0), int16(2), int16(12), int16(3456)]),
    float8: half,
    float4: half.subarray(0, 4),
  },
  ...{ date: int32(5000), timestamp: int64(5000n), timestamptz: int64(5000n), inet: address, cidr: address },
  ...{ macaddr: Buffer.alloc(6, 7), macaddr8: Buffer.alloc(8, 7), bytea: Buffer.from('picture') },
};

test('the number of a large object stays, whatever becomes of its content', () => {
  const column = { name: 'c', type: 'large-object', rule: mask('picture'), isEntity: false };
  expect(programOf(column)).toEqual({ operation: KEEP, parameter: 0, isEntity: false });
  expect(() => programOf({ ...column, rule: mask('bytes') })).toThrow(/ is not for /);
});

test('every masker on every type that it says it takes: another value, of the shape of the type', () => {
  let count = 0;
  // Sinks are put in by the source's own query; the kernel passes them on.
  for (const name of (Object.keys(maskers) as MaskerName[]).filter((each) => each !== 'outbound'))
    for (const [type, value] of Object.entries(values)) {
      const { families, isLeaf } = maskerOf(name);
      const family = familyOf(type);
      const isTaken = families.includes(family) || (family === 'text-array' && isLeaf);
      if (!isTaken) {
        expect(() => programOf({ name: 'c', type, rule: mask(name), isEntity: false }), `${name} ${type}`).toThrow(
          / is (?:not for|no masker of) /,
        );
        continue;
      }
      const result = masked(mask(name), type, value);
      expect(result, `${name} ${type}`).not.toBeNull();
      expect(Buffer.from(result!).equals(value), `${name} ${type}`).toBe(false);
      if (name === 'picture') expect(inflateSync(idatOf(result!))).toEqual(Buffer.from([0, 128]));
      else if (family !== 'text' && family !== 'text-array') expect(result!.length).toBe(value.length);
      count += 1;
    }
  expect(count).toBeGreaterThan(100);
});

test('no mask is longer than its masker says', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 }),
    fc.ipV6(),
    fc.webUrl(),
    fc.emailAddress(),
  );
  for (const name of Object.keys(maskers) as MaskerName[]) {
    const { families, maxCharacters } = maskerOf(name);
    if (!families.includes('text') || maxCharacters === 'unbounded') continue;
    fc.assert(
      fc.property(text, (value) => {
        const result = asText(masked(mask(name), 'text', Buffer.from(value)))!;
        expect(Array.from(result).length).toBeLessThanOrEqual(maxCharacters ?? Array.from(value).length);
      }),
      { numRuns: 50 },
    );
  }
});

test('keep, null, constant', () => {
  expect(asText(masked({ kind: 'keep', because: null }, 'text', Buffer.from('kept')))).toBe('kept');
  expect(asText(masked({ kind: 'constant', value: 'gone é' }, 'text', Buffer.from('secret')))).toBe('gone é');
  expect(programOf({ name: 'c', type: 'text', rule: { kind: 'null' }, isEntity: true })).toMatchObject({
    operation: 1,
    isEntity: true,
  });
});

test('paths: the particular wins, what is said of any key holds in named ones too, the rest goes down', () => {
  const json = (paths: readonly PathRule[], rest: MaskerName | 'keep', value: unknown) =>
    JSON.parse(
      asText(masked({ kind: 'json', paths, rest }, 'jsonb', Buffer.from(`\u0001${JSON.stringify(value)}`)))!.slice(1),
    );
  const email = asText(masked(mask('email'), 'text', Buffer.from('anna@sea.example')))!;
  const token = asText(masked(mask('token'), 'text', Buffer.from('anna@sea.example')))!;
  const secret = 'anna@sea.example';
  const paths = [
    { path: 'a.kept', masker: 'keep' },
    { path: '*.mail', masker: 'email' },
    { path: 'list[].x', masker: 'token' },
    { path: '"a.b"', masker: 'token' },
  ] as const;
  const value = {
    a: { kept: secret, mail: secret, z: 'x' },
    b: { mail: { deep: [secret] } },
    list: [{ x: secret, y: 'x' }],
    'a.b': secret,
  };
  expect(json(paths, 'keep', value)).toEqual({
    a: { kept: secret, mail: email, z: 'x' },
    b: { mail: { deep: [email] } },
    list: [{ x: token, y: 'x' }],
    'a.b': token,
  });
  const all = json([{ path: 'a.kept', masker: 'keep' }], 'email', value);
  expect(all.a.kept).toBe(secret);
  expect(JSON.stringify({ ...all, a: { ...all.a, kept: '' } })).not.toContain(secret);
  expect(json([{ path: '[].x', masker: 'email' }], 'keep', [{ x: secret }])).toEqual([{ x: email }]);
});
