import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json, JsonObject } from './json.ts';
import { brokenOf, chain, firstPrevious, type ChainedRecord, type RecordBody } from './record.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');

const bodies: fc.Arbitrary<RecordBody> = fc.record({
  kind: fc.string(),
  actor: fc.string(),
  data: fc.dictionary(fc.string(), fc.jsonValue() as fc.Arbitrary<Json>, { maxKeys: 3 }) as fc.Arbitrary<JsonObject>,
});

const firstBroken = (records: readonly ChainedRecord[]): number | null => brokenOf(records, hash)[0] ?? null;

function chained(list: readonly RecordBody[]): readonly ChainedRecord[] {
  const records: ChainedRecord[] = [];
  for (const [index, body] of list.entries()) records.push(chain(body, records.at(-1) ?? null, 1_000 + index, hash));
  return records;
}

const chains = fc.array(bodies, { minLength: 2, maxLength: 8 }).map(chained);
const places = fc.tuple(chains, fc.nat()).map(([records, n]) => ({ records, index: n % records.length }));

test('a chain is numbered from 1 without gaps, linked from the first, and whole', () => {
  fc.assert(
    fc.property(chains, (records) => {
      expect(records.map(({ sequence }) => sequence)).toEqual(records.map((_, index) => index + 1));
      const links = [firstPrevious, ...records.map((record) => record.hash)].slice(0, -1);
      expect(records.map(({ previous }) => previous)).toEqual(links);
      expect(firstBroken(records)).toBeNull();
    }),
  );
});

test('a chain that was stored as JSON and read again is still whole', () => {
  fc.assert(
    fc.property(chains, (records) => {
      expect(firstBroken(JSON.parse(JSON.stringify(records)) as ChainedRecord[])).toBeNull();
    }),
  );
});

test('one bit turned anywhere in a line is found at that line', () => {
  fc.assert(
    fc.property(places, fc.nat(), ({ records, index }, n) => {
      const bytes = Buffer.from(JSON.stringify(records[index]));
      const bit = n % (bytes.length * 8);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      const read = parsed(bytes.toString('utf8'));
      // A line that is no record any more is found by whoever reads it; some turns change the spelling and not the value.
      if (read === null || JSON.stringify(read) === JSON.stringify(records[index])) return;
      const broken = firstBroken(records.with(index, read));
      expect(broken === read.sequence || broken === index + 1).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

function parsed(text: string): ChainedRecord | null {
  try {
    const value = JSON.parse(text) as ChainedRecord;
    const parts = ['kind', 'actor', 'data', 'sequence', 'at', 'previous', 'hash'];
    return parts.every((part) => part in value) && Object.keys(value).length === parts.length ? value : null;
  } catch {
    return null;
  }
}

test.each(['kind', 'actor', 'data', 'at', 'previous', 'hash'] as const)('a changed %s is found where it is', (part) => {
  fc.assert(
    fc.property(places, ({ records, index }) => {
      const record = records[index]!;
      const other = { ...record, [part]: part === 'at' ? record.at + 1 : part === 'data' ? { changed: 1 } : 'changed' };
      expect(firstBroken(records.with(index, other))).toBe(index + 1);
    }),
  );
});

test('a line re-made with its own new hash is found at the next one', () => {
  fc.assert(
    fc.property(places, ({ records, index }) => {
      const { actor, data, at } = records[index]!;
      const forged = chain({ kind: 'forged', actor, data }, records[index - 1] ?? null, at, hash);
      const broken = firstBroken(records.with(index, forged));
      expect(broken).toBe(index + 1 < records.length ? index + 2 : null);
    }),
  );
});

test('a line taken out, doubled or swapped is found at that place', () => {
  fc.assert(
    fc.property(places, ({ records, index }) => {
      if (index === records.length - 1) return;
      expect(firstBroken(records.toSpliced(index, 1))).toBe(index + 2);
      expect(firstBroken(records.toSpliced(index, 0, records[index]!))).toBe(index + 1);
      const swapped = records.with(index, records[index + 1]!).with(index + 1, records[index]!);
      expect(firstBroken(swapped)).toBe(index + 2);
    }),
  );
});

test('a cut-off tail is not seen by the chain itself: it needs an outside witness', () => {
  fc.assert(
    fc.property(places, ({ records, index }) => {
      expect(firstBroken(records.slice(0, index))).toBeNull();
    }),
  );
});
