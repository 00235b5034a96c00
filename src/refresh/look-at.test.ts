// What the kernel gathers, with what it hands on, is what domain/refresh/classified.ts says of the same values: plain and compiled, no form less or more.
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { originalsOf } from '../domain/refresh/classified.ts';
import type { PlannedColumn } from '../domain/refresh/compile.ts';
import type { MaskerName } from '../domain/refresh/maskers.ts';
import { wordCount } from '../domain/refresh/originals.ts';
import type { Rule } from '../domain/refresh/rules.ts';
import type { Kernel } from '../kernel/kernel.ts';
import * as op from '../kernel/operations.ts';
import { compiledKernel } from '../kernel/testing/compile.ts';
import { int32, int64, messagesOf, testKernel, testKeys } from '../kernel/testing/copy-stream.ts';
import { openGatheringPipe } from './gather-rows.ts';
import { askedAs, originOf, textsIn, writtenNumber } from './look-at.ts';
import { openFormList, openOriginalSet } from './original-set.ts';
import { addresses, anyAddress } from './testing/addresses.ts';

const { leak } = testKeys('known to all');
const plain = testKernel();
let compiled: Kernel;
beforeAll(async () => {
  compiled = testKernel(undefined, await compiledKernel());
}, 300_000);

/** Everything that is known of the forms that were gathered, and how many values were handed on. */
function gather(kernel: Kernel, column: PlannedColumn, values: readonly Buffer[]) {
  const list = openFormList(leak);
  const pipe = openGatheringPipe(kernel, [column], 'people', list);
  pipe.take(messagesOf(values.map((value) => [value])));
  pipe.go();
  pipe.finish();
  return { ...list.gathered(), handedOn: pipe.handedOnCount() };
}

function check(
  column: PlannedColumn,
  jsons: readonly string[],
  values: readonly Buffer[],
): { forms: number; handedOn: number } {
  const originals = jsons.flatMap((json) => originalsOf(column)(json));
  const forms = new Set(originals.map(({ form }) => form));
  const model = openOriginalSet(leak);
  for (const { form, masker } of originals) model.add(form, originOf(masker, form));
  const counts = [...new Set([...forms].map((form) => Math.min(31, wordCount(form))))].toSorted((a, b) => a - b);
  let handedOn = 0;
  for (const kernel of [plain, compiled]) {
    const gathered = gather(kernel, column, values);
    const set = openOriginalSet(leak);
    set.join(gathered);
    expect(originals.filter(({ form, masker }) => !set.isOf(form, originOf(masker, form)))).toEqual([]);
    expect(set.count()).toBe(model.count());
    expect(gathered.ends).toEqual(new Uint8Array(model.shared().ends));
    expect(gathered.wordCounts.toSorted((a, b) => a - b)).toEqual(counts);
    handedOn = gathered.handedOn;
  }
  return { forms: forms.size, handedOn };
}

const people = [
  'Anna Berger-Lund',
  'anna@sea.example',
  '+49 (170) 123-4567',
  '12 Long Street',
  'sk_live_a8Zx91',
  '81.2.69.142/24',
  'Zoë Kåre',
  '::ffff:81.2.69.142',
  '2001:db8::a:17/64',
  'Anna <anna@sea.example>',
  '*anna@sea.example*',
  "o'brien@sea.example",
  'git@sea.example',
  'DE44500105175407324931',
  'GB29 NWBK 6016 1331 9268 19',
  '127.0.0.1',
  'x/react@18.2.0',
  '/https://sea.example/people/anna/7?of=berger/',
  '12 Long Street, Flat 3, Hamburg',
];
const signs = [
  ...'aBcXq7_-.@,/(+* \n\t"\\:',
  '::ffff:',
  '/24',
  '.0',
  '  ',
  '1234567',
  '81.2.69.142',
  'sea.example',
  'anna',
  'aaaaaaaa',
];
const text = fc.oneof(
  fc.constantFrom(...people),
  fc.array(fc.constantFrom(...signs, ...people.slice(0, 5)), { maxLength: 9 }).map((parts) => parts.join('')),
  fc
    .array(fc.constantFrom('1', '2', '9', '87', ' ', '.', '-', '+', '(', '/'), { maxLength: 24 })
    .map((parts) => parts.join('')),
  fc
    .array(fc.constantFrom('a', 'b', '9', '.', '-', '@', '_', ',', ' '), { maxLength: 24 })
    .map((parts) => parts.join('')),
  fc.string({ unit: 'binary-ascii', maxLength: 60 }).filter((each) => !each.includes('\0')),
  fc.string({ unit: 'binary', maxLength: 20 }).filter((each) => each.isWellFormed() && !each.includes('\0')),
  fc
    .array(
      fc.constantFrom(
        'é',
        'Ω',
        '\u0338',
        '\u212a',
        '\u037e',
        '\u00a0',
        '\u0130',
        ...'<=>@.,- ',
        '.de',
        ...people.slice(1, 3),
      ),
      {
        maxLength: 9,
      },
    )
    .map((parts) => parts.join('')),
  fc.constantFrom(...people).map((who) => `${'long text '.repeat(60)}${who} ${'and more '.repeat(20)}`),
);
const masker = fc.constantFrom<MaskerName>(
  'email',
  'digits',
  'text',
  'full-name',
  'street',
  'token',
  'company',
  'outbound',
);
const mask = (name: MaskerName): Rule => ({ kind: 'mask', masker: name, days: 1, by: null, percent: 1 });
const plannedOf = (type: string, rule: Rule): PlannedColumn => ({ name: 'one', type, rule, isEntity: false });
const seen = { forms: 0, handedOn: 0, values: 0 };
const count = (values: number, found: { forms: number; handedOn: number }): void => {
  seen.forms += found.forms;
  seen.handedOn += found.handedOn;
  seen.values += values;
};

test('F100 columns of text, by every kind of rule', () => {
  const rule = fc.oneof(
    masker.map(mask),
    fc.constant<Rule>({ kind: 'null' }),
    fc.constant<Rule>({ kind: 'constant', value: 'x' }),
  );
  fc.assert(
    fc.property(rule, fc.array(text, { minLength: 3, maxLength: 9 }), (own, values) => {
      const found = check(
        plannedOf('text', own),
        values.map((value) => JSON.stringify(value)),
        values.map((value) => Buffer.from(value)),
      );
      count(values.length, found);
    }),
    { numRuns: 600 },
  );
  expect(seen.forms).toBeGreaterThan(500);
  expect(seen.handedOn).toBeLessThan(seen.values / 2);
}, 120_000);

test('F100 leaves of JSON by path, in every form that JSON has', () => {
  const before = { ...seen };
  const key = fc.constantFrom('a', 'b', 'c', 'anna@sea.example');
  const leaf = fc.oneof(
    text,
    text,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.maxSafeInteger(),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.dictionary(key, tie('tree'), { maxKeys: 3 }),
      fc.array(tie('tree'), { maxLength: 3 }),
    ),
  }));
  const path = fc
    .array(fc.oneof(key, fc.constant('*')), { minLength: 1, maxLength: 3 })
    .chain((steps) =>
      fc
        .array(fc.boolean(), { minLength: 3, maxLength: 3 })
        .map((isArray) => steps.map((step, i) => (isArray[i] ? `${step}[]` : step)).join('.')),
    );
  const rule = fc.record<Rule & { kind: 'json' }>({
    kind: fc.constant('json'),
    paths: fc.array(
      fc.record({
        path: fc.oneof(
          path,
          path.map((each) => `[].${each}`),
        ),
        masker,
      }),
      { maxLength: 4 },
    ),
    rest: fc.oneof(masker, fc.constant('keep' as const)),
  });
  fc.assert(
    fc.property(
      fc.oneof(rule, masker.map(mask)),
      fc.array(tree, { maxLength: 4 }),
      fc.boolean(),
      fc.boolean(),
      (own, values, isBinary, isWide) => {
        const jsons = values.map((value) =>
          JSON.stringify(value, null, isWide ? 1 : 0).replaceAll('B', String.raw`\u0042`),
        );
        const column = plannedOf(isBinary ? 'jsonb' : own.kind === 'mask' ? '_text' : 'json', own);
        count(
          values.length,
          check(
            column,
            jsons,
            jsons.map((json) => Buffer.from(`${isBinary ? '\u0001' : ''}${json}`)),
          ),
        );
      },
    ),
    { numRuns: 500 },
  );
  expect(seen.forms - before.forms).toBeGreaterThan(300);
  expect(seen.handedOn - before.handedOn).toBeLessThan((seen.values - before.values) / 2);
}, 120_000);

test('F100 parts of a text beyond ASCII are gathered by the kernel, but for addresses with such a sign', () => {
  const of = (value: string) => check(plannedOf('text', mask('text')), [JSON.stringify(value)], [Buffer.from(value)]);
  expect(of('Zoë und José: +49 170 1234567, (zoe@sea.example)')).toEqual({ forms: 2, handedOn: 0 });
  expect(of('Zoë: zoë@sea.example')).toEqual({ forms: 1, handedOn: 1 });
  expect(of('zoe@sea.example=\u0338lake.example')).toEqual({ forms: 2, handedOn: 1 });
  expect(of('zoe@sea.example\u037e')).toEqual({ forms: 1, handedOn: 1 });
});

test('F100 a uuid is a text', () => {
  const value = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
  const found = check(plannedOf('uuid', mask('id')), ['"00112233-4455-6677-8899-aabbccddeeff"'], [value]);
  expect(found).toEqual({ forms: 1, handedOn: 0 });
});

test('F100 an address of a machine is a text, of either family', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(anyAddress, fc.constantFrom(...addresses)), { minLength: 1, maxLength: 40 }),
      (values) => {
        const jsons = values.map((value) => JSON.stringify(textsIn(op.LOOK_ADDRESS, value)[0]));
        expect(check(plannedOf('inet', mask('ip')), jsons, values).handedOn).toBe(0);
      },
    ),
  );
});

test('a value is asked for by its type in the source, and only where the copy has one of the same kind', () => {
  const asked = (kind: number, types: readonly string[]) => types.map((type) => askedAs(kind, type));
  const types = ['text', 'varchar', 'bpchar', 'int4', 'int8', 'int2', 'uuid', 'citext', '_text', 'jsonb', 'enum'];
  const nothing = types.slice(5).map(() => null);
  expect(asked(op.LOOK_TEXT, types)).toEqual(['text', 'text', 'bpchar', null, null, ...nothing]);
  expect(asked(op.LOOK_INTEGER, types)).toEqual([null, null, null, 'int8', 'int8', ...nothing]);
  for (const kind of [op.LOOK_UUID, op.LOOK_JSON, op.LOOK_JSON_BINARY])
    expect(asked(kind, types)).toEqual(types.map(() => null));
});

test('a number below zero is looked through without its sign, which what it was made of has', () => {
  for (const value of [int32(-12_345_678), int64(-12_345_678n)]) {
    expect(textsIn(op.LOOK_INTEGER, value)).toEqual(['12345678']);
    expect(writtenNumber(value)).toBe('-12345678');
  }
});
