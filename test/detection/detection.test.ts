// The bar of `npm run bench refresh -- --part=detection`, held on every run of the tests: it is pure and takes a fraction of a second.
import { describe, expect, test } from 'vitest';
import { measureAll, ofProduct, shouting, silent } from './detector.ts';
import { keptUnasked, ofProduct as proposed, trusting } from './kept-unasked.ts';
import { fitOf, least, precisionOf, recallOf } from './measure.ts';
import { fresh, heldOut, last, readPublicSchema, tuning, unseen } from './schemas.ts';

describe.each([
  ['looked at while tuning', tuning],
  ['held out', heldOut],
  ['written later', unseen],
  ['fresh', fresh],
])('schemas %s', (_, names) => {
  const measured = measureAll(names, ofProduct);

  test('F097 enough of what is personal is found, and enough of what is found is personal', () => {
    expect(recallOf(measured), measured.missed.join('\n')).toBeGreaterThanOrEqual(least.recall);
    expect(precisionOf(measured), measured.wrong.join('\n')).toBeGreaterThanOrEqual(least.precision);
    expect(fitOf(measured), measured.unfit.join('\n')).toBeGreaterThanOrEqual(0.95);
  });

  test('a detector that says nothing, and one that calls everything personal, fail', () => {
    expect(recallOf(measureAll(names, silent))).toBe(0);
    expect(precisionOf(measureAll(names, silent))).toBe(0);
    expect(precisionOf(measureAll(names, shouting))).toBeLessThan(least.precision);
  });
});

test('F104 nothing personal is kept unasked but a number that does not say what it is; a proposal that keeps what it does not know fails', () => {
  const mended = [...tuning, ...heldOut, ...unseen, ...fresh];
  expect(keptUnasked(mended, proposed)).toEqual([]);
  expect(keptUnasked(mended, trusting).length).toBeGreaterThan(10);
  // A wage whose name does not tell: numbers are kept by their type.
  expect(keptUnasked(last, proposed)).toEqual([
    'adventureworks: employeepayhistory.rate (nothing speaks for people in numeric)',
  ]);
});

test('there are enough schemas, and each has something personal and much that is not', () => {
  const all = [...tuning, ...heldOut, ...unseen, ...fresh, ...last];
  expect(new Set(all).size).toBeGreaterThanOrEqual(6);
  for (const name of all) {
    const { tables, truth } = readPublicSchema(name);
    const columnCount = tables.reduce((sum, { columns }) => sum + columns.length, 0);
    const personalCount = [...truth.values()].filter(({ isOpen }) => !isOpen).length;
    expect(personalCount, name).toBeGreaterThan(10);
    expect(columnCount, name).toBeGreaterThan(2 * personalCount);
  }
});
