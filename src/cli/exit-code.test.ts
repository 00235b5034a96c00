import { expect, test } from 'vitest';
import type { EndedAs } from '../domain/deployment.ts';
import { exit, exitCodeOfEnding, exitCodeOfFailures } from './exit-code.ts';

/** Every ending: without and with a condition, without and with `--strict`. */
const endings: Record<
  EndedAs,
  readonly [plain: number, conditional: number, strict: number, strictConditional: number]
> = {
  live: [0, 0, 0, 1],
  refused: [4, 4, 4, 4],
  'no-go': [1, 1, 1, 1],
  'could-not-judge': [3, 3, 3, 3],
  'rolled-back': [7, 7, 7, 7],
  cancelled: [1, 1, 1, 1],
  superseded: [1, 1, 1, 1],
};
const table = Object.entries(endings) as [EndedAs, (typeof endings)[EndedAs]][];

test.each(table)('a deployment that ended as %s', (as, codes) => {
  const ending = { as, reason: 'GR4101 This release has no verdict in staging.' };
  const ways = [
    [false, false],
    [true, false],
    [false, true],
    [true, true],
  ] as const;
  expect(ways.map(([isConditional, strict]) => exitCodeOfEnding(ending, isConditional, strict))).toEqual(codes);
});

test.each([
  ['GR4101 This release has no verdict in staging.', exit.notAllowed],
  ['GR4105 The condition "docs" is overdue. Settle it. GR4201 …', exit.notAllowed],
  ['GR4201 The saved plan is stale.', exit.stale],
  ['GR4501 Variables cannot be resolved.', exit.usage],
  ['', exit.usage],
])('a refusal says its reason by its first code: %s', (reason, code) => {
  expect(exitCodeOfEnding({ as: 'refused', reason }, false, false)).toBe(code);
});

test.each([
  ['GR1103', exit.usage],
  ['GR4302', exit.usage],
  ['GR4110', exit.notAllowed],
  ['GR4350', exit.notAllowed],
  ['GR4203', exit.stale],
  ['GR4204', exit.usage],
  ['GR4205', exit.usage],
  ['GR4206', exit.usage],
  ['GR4311', exit.usage],
  ['GR3401', exit.couldNotJudge],
  ['GR2810', exit.couldNotJudge],
  ['GR3102', exit.couldNotJudge],
  ['GR3201', exit.usage],
])('the failure %s ends with %i', (code, expected) => {
  expect(
    exitCodeOfFailures([
      { code, message: '' },
      { code: 'GR4101', message: '' },
    ]),
  ).toBe(expected);
});

test('no failure at all is still none of the good endings', () => {
  expect(exitCodeOfFailures([])).toBe(exit.usage);
});
