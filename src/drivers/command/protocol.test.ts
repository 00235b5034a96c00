import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maxAnswerBytes, parseDone, parseState } from './protocol.ts';

const asked = [{ name: 'web' }, { name: 'api' }];
const bytesOf = (text: string): number => Buffer.byteLength(text);

const instance = fc.record(
  {
    service: fc.constantFrom('web', 'api'),
    release: fc.string({ minLength: 1 }),
    host: fc.constantFrom('127.0.0.1', '::1', 'node-1.example'),
    port: fc.integer({ min: 1, max: 65_535 }),
    startedAt: fc
      .date({ min: new Date(0), max: new Date('2099-01-01'), noInvalidDate: true })
      .map((at) => at.toISOString()),
    pid: fc.integer({ min: 1, max: 4_000_000 }),
  },
  { requiredKeys: ['service', 'release', 'host', 'port', 'startedAt'] },
);
const instances = fc.uniqueArray(instance, { maxLength: 2, selector: ({ service }) => service });

test('any text is an answer or a failure with code, message and next step; never an exception', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.json(),
    fc.jsonValue().map((value) => JSON.stringify({ instances: value, outcome: value })),
  );
  fc.assert(
    fc.property(texts, (text) => {
      for (const parsed of [parseDone(text, bytesOf(text)), parseState(text, bytesOf(text), asked)]) {
        if (parsed.ok) continue;
        expect(parsed.failures).toHaveLength(1);
        expect(parsed.failures[0]!.code).toMatch(/^GR642[456]$/);
        expect(parsed.failures[0]!.do).toBeTruthy();
        expect(parsed.failures[0]!.message.length).toBeLessThan(500);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('what it says runs is what is understood: every instance, nothing more', () => {
  fc.assert(
    fc.property(instances, (stated) => {
      const text = JSON.stringify({ instances: stated });
      const parsed = parseState(text, bytesOf(text), asked);
      expect(parsed).toEqual({
        ok: true,
        value: stated.map((one) => ({ ...one, startedAt: Date.parse(one.startedAt) })),
      });
    }),
  );
});

test('one field less, one field more, or one wrong field of one instance: the whole state is refused, and the place named', () => {
  const fields = ['service', 'release', 'host', 'port', 'startedAt'] as const;
  const damage = fc.oneof(
    fc.constantFrom(...fields).map((field) => ({ field, value: undefined })),
    fc.constantFrom(...fields).map((field) => ({ field, value: null })),
    fc.constant({ field: 'more', value: 1 }),
    fc.constantFrom(0, 65_536, 1.5, '80').map((value) => ({ field: 'port', value })),
    fc.constantFrom('', 'a b', 'x'.repeat(300), 'h/../..').map((value) => ({ field: 'host', value })),
  );
  fc.assert(
    fc.property(
      instances.filter((all) => all.length > 0),
      damage,
      fc.nat(),
      (stated, { field, value }, at) => {
        const index = at % stated.length;
        const broken = stated.map((one, each) => (each === index ? { ...one, [field]: value } : one));
        const text = JSON.stringify({ instances: broken });
        const parsed = parseState(text, bytesOf(text), asked);
        expect(parsed).toMatchObject({
          ok: false,
          failures: [{ code: 'GR6425', where: expect.stringContaining(`instances[${index}]`) }],
        });
      },
    ),
  );
});

test('an answer that was cut is refused, also when its beginning is a whole document', () => {
  expect(parseDone('{"outcome":"done"}', maxAnswerBytes + 1)).toMatchObject({
    ok: false,
    failures: [{ code: 'GR6424' }],
  });
  expect(parseDone('{"outcome":"done"}', 18)).toEqual({ ok: true, value: { outcome: 'done' } });
});
